import * as z from 'zod';
import { filter, firstOf } from './filter.js';

/** Locally typical sampling (Meister et al. 2023): what is about as surprising as the entropy. */
export const typical = filter({
  name: 'typical',
  schema: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('draw from the tokens of this share together whose surprise is nearest to what is expected'),
  keep(share, candidates) {
    const { weights, total, all, left } = candidates;
    if (share === 1) return left;
    const surprise = (id: number) => -Math.log(weights[id]! / total);
    const entropy = all.reduce((sum, id) => sum + (weights[id]! / total) * surprise(id), 0);
    const distance = (id: number) => Math.abs(surprise(id) - entropy);
    return firstOf(
      [...left].sort((a, b) => distance(a) - distance(b) || a - b),
      share,
      candidates,
    );
  },
});
