import * as z from 'zod';
import { byWeight, filter, firstOf } from './filter.js';

/** Holtzman et al. 2020. */
export const topP = filter({
  name: 'topP',
  schema: z.number().gt(0).max(1).default(1).describe('draw from the likeliest tokens that have this share together'),
  keep(share, candidates) {
    const { weights, left } = candidates;
    return share < 1 ? firstOf(byWeight(left, weights), share, candidates) : left;
  },
});
