import { readContainer } from './container.js';
import { type ChannelEvent, isNoteOn } from './messages.js';
import { MidiError } from './midi-error.js';
import { readTrack, type TrackEvents } from './track.js';

/** One track of a file. A broken track is empty and says in `problem` what is wrong; the others are not touched. */
export interface Track {
  /** from the track name event; empty where there is none */
  readonly name: string;
  readonly events: readonly ChannelEvent[];
  /** how many notes are started */
  readonly notes: number;
  /** ticks from the track's beginning to its end */
  readonly length: number;
  readonly problem?: MidiError;
}

export interface Tempo {
  readonly tick: number;
  /** microseconds per quarter note */
  readonly microseconds: number;
}

export interface TimeSignature {
  readonly tick: number;
  readonly numerator: number;
  /** the note value of a beat: 1, 2, 4, 8, … */
  readonly denominator: number;
}

export interface MidiFile {
  readonly format: number;
  /** the header's division word: ticks per quarter note, or SMPTE frames where bit 15 is set */
  readonly division: number;
  readonly tracks: readonly Track[];
  /** in time order; a file without tempo plays at 120 quarter notes a minute (SMF 1.0, "Set Tempo") */
  readonly tempos: readonly Tempo[];
  /** in time order */
  readonly timeSignatures: readonly TimeSignature[];
}

/**
 * Reads a Standard MIDI File of format 0, 1 or 2.
 *
 * @throws {MidiError} with the byte offset, where the file as a whole cannot be read; a fault inside one track is
 * kept in that track's `problem`
 */
export function readMidi(bytes: Uint8Array): MidiFile {
  const { format, division, tracks: chunks } = readContainer(bytes);
  const tempos: Tempo[] = [];
  const timeSignatures: TimeSignature[] = [];
  const tracks = chunks.map((chunk): Track => {
    let read: TrackEvents;
    try {
      read = readTrack(chunk);
    } catch (error) {
      if (!(error instanceof MidiError)) throw error;
      return { name: '', events: [], notes: 0, length: 0, problem: error };
    }
    let name = '';
    for (const event of read.meta) {
      if (event.type === 'trackName' && name === '') name = event.text.trim();
      if (event.type === 'setTempo') tempos.push({ tick: event.tick, microseconds: event.microsecondsPerBeat });
      if (event.type === 'timeSignature') {
        timeSignatures.push({ tick: event.tick, numerator: event.numerator, denominator: event.denominator });
      }
    }
    return { name, events: read.channel, notes: read.channel.filter(isNoteOn).length, length: read.length };
  });
  const inTime = (a: { tick: number }, b: { tick: number }) => a.tick - b.tick;
  return { format, division, tracks, tempos: tempos.sort(inTime), timeSignatures: timeSignatures.sort(inTime) };
}
