import { expect, it } from 'vitest';
import { Timeline } from './timeline.js';

it('tells the place of a piece through another tempo and a loop', () => {
  const timeline = new Timeline();
  expect(timeline.placeAt(1)).toBeUndefined();
  timeline.add({ from: 10, until: 11, at: 0, factor: 1 });
  timeline.add({ from: 11, until: 12, at: 1, factor: 2 });
  timeline.add({ from: 12, until: 13, at: 0.5, factor: 1 });
  expect([9, 10, 10.5, 11.5, 12.25].map((now) => timeline.placeAt(now))).toEqual([undefined, 0, 0.5, 2, 0.75]);
  // Where nothing comes in time, it stands still.
  expect(timeline.placeAt(20)).toBe(1.5);
});
