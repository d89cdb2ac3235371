import * as z from 'zod';
import { filter } from './filter.js';

/** Nguyen et al. 2024. */
export const minP = filter({
  name: 'minP',
  schema: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('draw from tokens at least this share as likely as the likeliest'),
  keep(share, { weights, left }) {
    if (share === 0) return left;
    const most = left.reduce((greatest, id) => Math.max(greatest, weights[id]!), 0);
    return left.filter((id) => weights[id]! >= share * most);
  },
});
