import * as z from 'zod';
import { ruleKind } from '../note-rule.js';

/** Every instrument stays between the lowest and the highest note that it has in the music learnt from. */
export const instrumentRanges = ruleKind({
  fields: {
    instrumentRanges: z
      .boolean()
      .default(true)
      .describe('whether each instrument keeps within the range that it has in the music learnt from'),
  },
  prepare({ instrumentRanges: wanted }, { learned }) {
    return wanted ? () => ({ name: 'instrumentRanges', allows: (note) => learned.isInRange(note) }) : undefined;
  },
});
