import * as z from 'zod';
import { ruleKind } from '../note-rule.js';
import { keyOfPitch } from '../theory.js';

const pitch = z
  .union([z.int().min(0).max(127), z.string()])
  .refine(
    (value) => keyOfPitch(value) !== undefined,
    'expected a pitch such as C4 (which is 60), F#3 or Bb5, or a key from 0 to 127',
  );

/** All notes lie between two pitches. */
export const range = ruleKind({
  fields: {
    range: z
      .tuple([pitch, pitch])
      .refine(
        ([lowest, highest]) => (keyOfPitch(lowest) ?? 0) <= (keyOfPitch(highest) ?? 127),
        'expected the lower pitch first',
      )
      .optional()
      .describe('lowest and highest pitch that a song may have, such as [C3, G5]'),
  },
  prepare({ range: wanted }) {
    if (wanted === undefined) return undefined;
    const [lowest, highest] = wanted.map((each) => keyOfPitch(each)!) as [number, number];
    return () => ({ name: 'range', allows: ({ key }) => key >= lowest && key <= highest });
  },
});
