import { createRequire } from 'node:module';
import type { Chord, Note, Scale } from 'tonal';

const require = createRequire(import.meta.url);
/** Names of scales, chords and pitches. Loaded at the first name, since most experiments have none and every command reads this file. */
export const theory = () => require('tonal') as { Chord: typeof Chord; Note: typeof Note; Scale: typeof Scale };

/** MIDI key of a pitch by name; C4 is 60. */
export function keyOfPitch(pitch: string | number): number | undefined {
  const key = typeof pitch === 'number' ? pitch : theory().Note.midi(pitch);
  return key === null || key === undefined || key < 0 || key > 127 ? undefined : key;
}

/** Pitch classes of note names, 0 (C) to 11. */
export function classesOf(names: readonly string[]): ReadonlySet<number> {
  return new Set(names.map((name) => theory().Note.chroma(name)!));
}
