import { describe, expect, it } from 'vitest';
import { barsOf, countBars } from './bars.js';

describe('countBars', () => {
  it.each([
    [480, [], 0],
    [480, [], 1],
    [480, [], 1920 * 3],
    [100, [{ tick: 0, numerator: 3, denominator: 4 }], 1_000],
    [1, [{ tick: 0, numerator: 1, denominator: 128 }], 77],
    [
      96,
      [
        { tick: 50, numerator: 7, denominator: 8 },
        { tick: 50, numerator: 2, denominator: 4 },
        { tick: 999, numerator: 5, denominator: 4 },
      ],
      4_321,
    ],
  ])('counts at division %i what barsOf gives', (division, timeSignatures, until) => {
    let count = 0;
    for (const { start } of barsOf(timeSignatures, division)) {
      if (start >= until) break;
      count += 1;
    }
    expect(countBars(until, { timeSignatures, division })).toBe(count);
  });
});
