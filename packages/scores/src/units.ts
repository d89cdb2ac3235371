import { leastCommonMultiple } from '@etude/music';

/** Units a quarter note of a score whose own have no smaller common multiple. */
const FINEST = 10_080 * 128;

/** The least common multiple of units a quarter note, so that every time is a whole number of them, or else very fine ones. */
export function commonUnits(all: Iterable<number>): number {
  let common = 1;
  for (const units of all) {
    common = leastCommonMultiple(common, units);
    if (common > FINEST) return FINEST;
  }
  return common;
}
