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
