import { expect, it } from 'vitest';
import { createRandom, randomStreams } from './random.js';

it('gives the same numbers for the same seed, others for another seed or stream', () => {
  const draw = (random: { next(): number }) => Array.from({ length: 4 }, random.next);
  expect(draw(createRandom(1))).toEqual(draw(createRandom(1)));
  expect(draw(createRandom(1))).not.toEqual(draw(createRandom(2)));
  const streams = randomStreams(1);
  expect(draw(streams.next().value)).toEqual(draw(createRandom(1)));
  expect(draw(streams.next().value)).not.toEqual(draw(createRandom(1)));
  expect(draw(createRandom(1)).every((x) => x >= 0 && x < 1)).toBe(true);
});

it('gives first numbers that are spread evenly over small seeds', () => {
  for (const draws of [1, 2, 3]) {
    const tenths = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 1000; seed++) {
      const random = createRandom(seed);
      const numbers = Array.from({ length: draws }, random.next);
      tenths[Math.floor(numbers[draws - 1]! * 10)]! += 1;
    }
    // 100 each; the standard deviation is 9.5.
    for (const count of tenths) expect(Math.abs(count - 100)).toBeLessThan(40);
  }
});
