import * as z from 'zod';
import { noiseKind } from '../noise-kind.js';

/** The temperature is another one for some tokens. */
export const temperature = noiseKind({
  schema: z.strictObject({
    kind: z.literal('temperature'),
    factor: z.number().positive().describe('what the temperature is multiplied by'),
    tokens: z.int().min(1).describe('for how many tokens'),
  }),
  prepare:
    ({ factor, tokens }) =>
    (song) => {
      const until = song.tokens.length + tokens;
      return { label: `temperature ${factor}`, temperature: factor, isOver: () => song.tokens.length >= until };
    },
});
