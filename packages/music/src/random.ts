import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator';
import * as z from 'zod';

/** A seeded source of randomness: the same seed gives the same numbers on every machine. */
export interface Random {
  /** a number from 0 (inclusive) to 1 (exclusive), of 32 random bits */
  next(): number;
}

/**
 * xoroshiro128+ (Blackman and Vigna 2018). Its state is hashed from the seed, as its authors advise: from states of few
 * ones, which small seeds would be, its first numbers are all near 0 or 1.
 * @param seed any 32-bit integer
 * @example
 * const random = createRandom(1);
 * random.next(); // 0.9936982886865735, and so each time that the seed is 1
 */
export function createRandom(seed: number): Random {
  return randomStreams(seed).next().value;
}

/**
 * Independent streams of one seed, each 2^64 numbers away from the next; the first is that of {@link createRandom}.
 * @example
 * const [first, second] = randomStreams(1);
 * first.next(); // 0.9936982886865735
 * second.next(); // 0.38253984740003943
 */
export function* randomStreams(seed: number): Generator<Random, never> {
  const generator: JumpableRandomGenerator = xoroshiro128plusFromState([1, 2, 3, 4].map((part) => hash(seed, part)));
  for (;;) {
    yield randomOf(generator.clone());
    generator.jump();
  }
}

function randomOf(generator: JumpableRandomGenerator): Random {
  return { next: () => (generator.next() >>> 0) / 2 ** 32 };
}

/**
 * A whole number of 32 bits, from -2³¹, that follows from some others and looks random: for randomness that is named by
 * where it is used and need not be drawn in order. Murmur3's finalizer over a running value.
 * @example
 * hash(1, 2); // -509624386
 */
export function hash(...numbers: readonly number[]): number {
  let h = 0x9e3779b9 | 0;
  for (const n of numbers) {
    h ^= Math.imul(n | 0, 0xcc9e2d51);
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h;
}

/** A seed of 32 bits: a larger or negative one would be another name for one of these. */
export const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .default(1);
