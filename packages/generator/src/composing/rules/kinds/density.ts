import * as z from 'zod';
import { ruleKind } from '../note-rule.js';

/** At most so many notes begin within a quarter note, wherever that begins. */
export const density = ruleKind({
  fields: { density: z.int().min(1).optional().describe('how many notes may begin within a quarter note') },
  prepare({ density: most }, { division }) {
    if (most === undefined) return undefined;
    return () => {
      const starts: number[] = [];
      return {
        name: 'density',
        allows: ({ start }) => starts.length < most || start - starts[starts.length - most]! >= division,
        add({ start }) {
          starts.push(start);
        },
      };
    };
  },
});
