import * as z from 'zod';

/** A seed of 32 bits: a larger or negative one would be another name for one of these. */
export const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .default(1);
