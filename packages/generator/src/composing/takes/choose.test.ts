import { expect, it } from 'vitest';
import { likeliestOf, middleOf } from './choose.js';

const takes = [
  { faults: 1, surprise: 0.1 },
  { faults: 0, surprise: 0.9 },
  { faults: 0, surprise: 0.3 },
  { faults: 0, surprise: 0.5 },
];

it('keeps the take of middling likelihood, or the likeliest, of those with the fewest faults', () => {
  expect(middleOf(takes)).toBe(takes[3]);
  expect(likeliestOf(takes)).toBe(takes[2]);
  expect(middleOf(takes.slice(0, 3))).toBe(takes[2]);
  expect(middleOf(takes.slice(0, 1))).toBe(takes[0]);
});
