import { DRUM_CHANNEL } from './general-midi.js';
import type { Piece } from './piece.js';

export interface Note {
  /** which track of the piece, counted from 0 */
  readonly track: number;
  /** 0 to 15 */
  readonly channel: number;
  /** of General MIDI, 0 to 127; what the channel was set to when the note began */
  readonly program: number;
  /** 0 to 127 */
  readonly key: number;
  /** 1 to 127 */
  readonly velocity: number;
  /** ticks from the beginning of the piece */
  readonly start: number;
  /** ticks, not before `start` */
  readonly end: number;
}

/**
 * Whether a note is one of percussion, whose keys are sounds and not pitches.
 * @example
 * isDrum({ channel: 9 }); // true: channel 10 of General MIDI, counted from 1
 */
export function isDrum({ channel }: Pick<Note, 'channel'>): boolean {
  return channel === DRUM_CHANNEL;
}

/**
 * The notes of a piece in order of start, then track, then key. A key that is struck again ends the note before, and a note
 * that is never ended lasts to its track's last event.
 * @example
 * notesOf(canon)[0]; // { track: 4, channel: 3, program: 42, key: 50, velocity: 96, start: 0, end: 480 }
 */
export function notesOf({ tracks }: Pick<Piece, 'tracks'>): Note[] {
  const notes: Note[] = [];
  tracks.forEach(({ events: { ticks, messages } }, track) => {
    /** index in `notes` plus 1 of what sounds, by channel and key; 0 where nothing does */
    const down = new Int32Array(16 * 128);
    const programs = new Uint8Array(16);
    const last = ticks.at(-1) ?? 0;
    for (let i = 0; i < ticks.length; i++) {
      const message = messages[i]!;
      const kind = message >> 20;
      const channel = (message >> 16) & 15;
      if (kind === 12) programs[channel] = (message >> 8) & 127;
      if (kind !== 8 && kind !== 9) continue;
      const key = (message >> 8) & 127;
      const id = (channel << 7) | key;
      const sounding = down[id]! - 1;
      if (sounding >= 0) {
        (notes[sounding] as { end: number }).end = ticks[i]!;
        down[id] = 0;
      }
      const velocity = message & 127;
      if (kind === 8 || velocity === 0) continue;
      notes.push({ track, channel, program: programs[channel]!, key, velocity, start: ticks[i]!, end: last });
      down[id] = notes.length;
    }
  });
  return notes.sort((a, b) => a.start - b.start || a.track - b.track || a.key - b.key);
}
