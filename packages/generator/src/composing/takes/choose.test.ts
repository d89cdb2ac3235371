import { expect, it } from 'vitest';
import { cheapest, cheapestOfRounds } from './choose.js';

it('keeps the first of those that cost least', () => {
  const takes = [3, 1, 2, 1].map((cost, place) => ({ cost, place }));
  expect(cheapest(takes)).toBe(takes[1]);
});

it.each([
  ['until something costs nothing', [2, 0, 1], true, 2, 0],
  ['three times at most', [5, 3, 4, 0], true, 3, 3],
  ['once where nothing would be better', [5, 0], false, 1, 5],
] as const)('writes again %s', async (_, costs, mayBeFree, rounds, best) => {
  let written = 0;
  const { cost } = await cheapestOfRounds((round) => {
    written += 1;
    return { cost: costs[round]! };
  }, mayBeFree);
  expect([written, cost]).toEqual([rounds, best]);
});
