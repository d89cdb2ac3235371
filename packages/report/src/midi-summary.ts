import { type MidiFile, readMidi } from '@etude/midi-reader';
import { notesOf, tempoMap } from '@etude/music';

/** What can be told of a song from its notes. */
export interface MidiSummary {
  readonly seconds: number;
  readonly notes: number;
  /** MIDI keys, 0 to 127; undefined in a song without notes */
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  readonly distinctPitches: number;
}

/**
 * Measures of a MIDI file's notes, all tracks together.
 * @throws {MidiError} where the bytes are not a MIDI file
 * @example
 * summarizeMidi(readFileSync('data/canon-in-d.mid'));
 * // { seconds: 90.000036, notes: 855, lowest: 38, highest: 83, distinctPitches: 22 }
 */
export function summarizeMidi(bytes: Uint8Array): MidiSummary {
  const file = readMidi(bytes);
  const notes = notesOf(file);
  const keys = notes.map(({ key }) => key);
  return {
    seconds: secondsOf(file),
    notes: notes.length,
    lowest: keys.length === 0 ? undefined : keys.reduce((a, b) => Math.min(a, b)),
    highest: keys.length === 0 ? undefined : keys.reduce((a, b) => Math.max(a, b)),
    distinctPitches: new Set(keys).size,
  };
}

/**
 * Playing time in seconds, by the tempo map or in SMPTE frames; in format 2 that of all tracks one after the other.
 * @example
 * secondsOf(readMidi(readFileSync('data/canon-in-d.mid'))); // 90.000036
 */
export function secondsOf(file: MidiFile): number {
  if (file.format === 2 && file.tracks.length > 1) {
    return file.tracks.reduce((sum, track) => sum + secondsOf({ ...file, ...track, tracks: [track] }), 0);
  }
  const end = file.tracks.reduce((latest, { length }) => Math.max(latest, length), 0);
  const { division } = file;
  if (division >= 0x8000) return end / ((256 - (division >> 8)) * (division & 255));
  return tempoMap(file)(end);
}
