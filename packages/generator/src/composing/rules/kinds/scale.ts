import * as z from 'zod';
import { ruleKind } from '../note-rule.js';
import { classesOf, theory } from '../theory.js';

const name = z
  .string()
  .refine(
    (value) => value === 'source' || theory().Scale.get(value).notes.length > 0,
    'expected source, or a scale such as D minor, C major or A minor pentatonic',
  );

/** All notes are of one scale. */
export const scale = ruleKind({
  fields: {
    scale: name
      .optional()
      .describe('the scale of all notes, such as D dorian; source: the pitch classes of the music learnt from'),
  },
  prepare({ scale: wanted }, { learned }) {
    if (wanted === undefined) return undefined;
    const classes =
      wanted === 'source'
        ? new Set(Array.from(learned.pitches, (key) => key % 12))
        : classesOf(theory().Scale.get(wanted).notes);
    return () => ({ name: 'scale', allows: ({ key }) => classes.has(key % 12) });
  },
});
