import * as z from 'zod';
import { byWeight, filter } from './filter.js';

/** Fan, Lewis and Dauphin 2018. */
export const topK = filter({
  name: 'topK',
  schema: z.int().min(0).default(0).describe('draw from this many of the likeliest tokens; 0: from all'),
  keep: (count, { weights, left }) => (count > 0 ? byWeight(left, weights).slice(0, count) : left),
});
