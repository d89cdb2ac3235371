import { createRequire } from 'node:module';
import type { Onset } from '@etude/measures';
import type { Chord, Note, Scale } from 'tonal';
import * as z from 'zod';
import type { NoteRule } from './listener.js';

const require = createRequire(import.meta.url);
/** Names of scales, chords and pitches. Loaded at the first name, since most experiments have none and every command reads this file. */
const theory = () => require('tonal') as { Chord: typeof Chord; Note: typeof Note; Scale: typeof Scale };

/** MIDI key of a pitch by name; C4 is 60. */
function keyOf(pitch: string | number): number | undefined {
  const key = typeof pitch === 'number' ? pitch : theory().Note.midi(pitch);
  return key === null || key === undefined || key < 0 || key > 127 ? undefined : key;
}

/** Pitch classes of note names, 0 (C) to 11. */
function classesOf(names: readonly string[]): ReadonlySet<number> {
  return new Set(names.map((name) => theory().Note.chroma(name)!));
}

const pitch = z
  .union([z.int().min(0).max(127), z.string()])
  .refine(
    (value) => keyOf(value) !== undefined,
    'expected a pitch such as C4 (which is 60), F#3 or Bb5, or a key from 0 to 127',
  );
const chord = z
  .string()
  .refine((name) => theory().Chord.get(name).notes.length > 0, 'expected a chord such as C, Am, G7 or F#m7b5');
const scale = z
  .string()
  .refine(
    (name) => name === 'source' || theory().Scale.get(name).notes.length > 0,
    'expected source, or a scale such as D minor, C major or A minor pentatonic',
  );

export const masks = z.strictObject({
  range: z
    .tuple([pitch, pitch])
    .refine(([lowest, highest]) => (keyOf(lowest) ?? 0) <= (keyOf(highest) ?? 127), 'expected the lower pitch first')
    .optional()
    .describe('lowest and highest pitch that a song may have, such as [C3, G5]'),
  scale: scale
    .optional()
    .describe('the scale of all notes, such as D dorian; source: the pitch classes of the music learnt from'),
  chords: z
    .array(chord)
    .min(1)
    .optional()
    .describe('chords in turn, of which the notes that begin must be, such as [C, Am, F, G7]'),
  chordBeats: z.number().positive().default(4).describe('how many quarter notes each of the chords lasts'),
  density: z.int().min(1).optional().describe('how many notes may begin within a quarter note'),
});
export type Masks = z.output<typeof masks>;

/**
 * The rules that masks stand for, in the order in which they are given up: density, chords, scale, range.
 * @param division ticks a quarter note of the song
 * @param learnt keys of the music learnt from
 */
export function maskRules(wanted: Masks, division: number, learnt: ReadonlySet<number>): () => readonly NoteRule[] {
  const { range, scale, chords, chordBeats, density } = wanted;
  const rules: NoteRule[] = [];
  if (chords !== undefined) {
    const classes = chords.map((name) => classesOf(theory().Chord.get(name).notes));
    const chordAt = (tick: number) => classes[Math.floor(tick / (division * chordBeats)) % classes.length]!;
    rules.push({ name: 'chords', allows: ({ start, key }) => chordAt(start).has(key % 12) });
  }
  if (scale !== undefined) {
    const classes =
      scale === 'source' ? new Set(Array.from(learnt, (key) => key % 12)) : classesOf(theory().Scale.get(scale).notes);
    rules.push({ name: 'scale', allows: ({ key }) => classes.has(key % 12) });
  }
  if (range !== undefined) {
    const [lowest, highest] = range.map((each) => keyOf(each)!) as [number, number];
    rules.push({ name: 'range', allows: ({ key }) => key >= lowest && key <= highest });
  }
  return () => (density === undefined ? rules : [densityRule(density, division), ...rules]);
}

/** At most so many notes begin within a quarter note, wherever it begins. */
function densityRule(most: number, division: number): NoteRule {
  const starts: number[] = [];
  return {
    name: 'density',
    allows: ({ start }: Onset) => starts.length < most || start - starts[starts.length - most]! >= division,
    add({ start }) {
      starts.push(start);
    },
  };
}
