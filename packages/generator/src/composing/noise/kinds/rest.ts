import * as z from 'zod';
import { noiseKind } from '../noise-kind.js';

/** No note begins for a while. */
export const rest = noiseKind({
  schema: z.strictObject({
    kind: z.literal('rest'),
    beats: z.number().positive().describe('quarter notes without a new note'),
  }),
  prepare:
    ({ beats }, { ticks }) =>
    (song) => {
      const until = song.now + beats * ticks.beat;
      return {
        label: 'rest',
        refuses: (id) => (song.onsetOf(id) ?? Number.POSITIVE_INFINITY) < until,
        isOver: () => false,
      };
    },
});
