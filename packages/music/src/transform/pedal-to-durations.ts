import { type ChannelEvent, ChannelEvents, isNoteOff, isNoteOn } from '@etude/midi-reader';
import { eventsInTime, SUSTAIN_PEDAL } from '../channels.js';
import type { Piece } from '../piece.js';

/**
 * The piece without its sustain pedals: a note that the pedal of its channel holds lasts until the pedal is let go, or its key is struck
 * again (MIDI 1.0 specification, control change 64; down from 64 on). The pedal may stand in another track than the notes.
 * @example
 * notesOf(piece)[0].end; // 480, where the key is let go
 * notesOf(pedalToDurations(piece))[0].end; // 960, where the pedal is let go
 */
export function pedalToDurations(piece: Piece): Piece {
  const result: ChannelEvent[][] = piece.tracks.map(() => []);
  const pedal = new Array<boolean>(16).fill(false);
  /** releases that a pedal delays, by track and key, of each channel */
  const held = pedal.map(() => new Map<string, { track: number; release: ChannelEvent }>());
  const letGo = (channel: number, tickIn: (track: number) => number) => {
    for (const { track, release } of held[channel]!.values()) result[track]!.push({ ...release, tick: tickIn(track) });
    held[channel]!.clear();
  };
  for (const event of eventsInTime(piece.tracks)) {
    const { track } = event;
    const channel = event.status & 15;
    const key = `${track} ${event.data1}`;
    if (event.status >> 4 === 11 && event.data1 === SUSTAIN_PEDAL) {
      pedal[channel] = event.data2 >= 64;
      if (!pedal[channel]) letGo(channel, () => event.tick);
    } else if (isNoteOff(event) && pedal[channel]) held[channel]!.set(key, { track, release: event });
    else {
      const before = held[channel]!.get(key);
      if (isNoteOn(event) && before !== undefined) {
        result[track]!.push({ ...before.release, tick: event.tick });
        held[channel]!.delete(key);
      }
      result[track]!.push(event);
    }
  }
  for (const channel of pedal.keys()) letGo(channel, (track) => piece.tracks[track]!.events.ticks.at(-1)!);
  return {
    ...piece,
    tracks: piece.tracks.map((track, index) => ({ ...track, events: ChannelEvents.of(result[index]!) })),
  };
}
