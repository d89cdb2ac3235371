import * as z from 'zod';
import { ruleKind } from '../note-rule.js';
import { classesOf, theory } from '../theory.js';

const chord = z
  .string()
  .refine((name) => theory().Chord.get(name).notes.length > 0, 'expected a chord such as C, Am, G7 or F#m7b5');

/** Notes that begin are of the chord that it is the turn of. */
export const chords = ruleKind({
  fields: {
    chords: z
      .array(chord)
      .min(1)
      .optional()
      .describe('chords in turn, of which the notes that begin must be, such as [C, Am, F, G7]'),
    chordBeats: z.number().positive().default(4).describe('how many quarter notes each of the chords lasts'),
  },
  prepare({ chords: wanted, chordBeats }, { division }) {
    if (wanted === undefined) return undefined;
    const classes = wanted.map((name) => classesOf(theory().Chord.get(name).notes));
    const chordAt = (tick: number) => classes[Math.floor(tick / (division * chordBeats)) % classes.length]!;
    return () => ({ name: 'chords', allows: ({ start, key }) => chordAt(start).has(key % 12) });
  },
});
