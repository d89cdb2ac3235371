import { hash } from '@etude/music';
import type { Tensor2D, TensorFlow } from '@etude/tensorflow';

/**
 * Which elements of a matrix are dropped. Nothing is drawn and nothing stored: an element is dropped where a keyed hash
 * of its index is below the rate, so that every kernel drops the same ones, forward and backward, and training goes on
 * from a checkpoint without a generator's state. (Counter-based random numbers: Salmon et al. 2011.)
 */
export interface Dropout {
  /** share of elements that are dropped, 0 to below 1 */
  readonly rate: number;
  /** two whole numbers of 32 bits that name this mask */
  readonly key: readonly [number, number];
  /** rows after which the mask repeats: B for the same mask at all time steps (Gal and Ghahramani 2016); 0 for never */
  readonly period: number;
}

/** rate · 2³², rounded: a hash below it drops the element */
export function dropoutThreshold(rate: number): number {
  return Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1);
}

/** The mask of a matrix: 0 for what is dropped, for the rest what keeps the mean. Row-major. */
export function dropoutMask({ rate, key, period }: Dropout, rows: number, columns: number): Float32Array {
  const threshold = dropoutThreshold(rate);
  const kept = 1 / (1 - threshold / 2 ** 32);
  const mask = new Float32Array(rows * columns);
  const distinct = period === 0 ? rows : Math.min(period, rows);
  for (let i = 0; i < distinct * columns; i++) {
    let h = (i + key[0]) | 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x7feb352d);
    h ^= h >>> 15;
    h = (h + key[1]) | 0;
    h = Math.imul(h, 0x846ca68b);
    h ^= h >>> 16;
    mask[i] = h >>> 0 < threshold ? 0 : kept;
  }
  for (let i = distinct * columns; i < mask.length; i++) mask[i] = mask[i - distinct * columns]!;
  return mask;
}

/** The same mask as a tensor. */
export function maskOf(tf: TensorFlow, dropout: Dropout, [rows, columns]: readonly [number, number]): Tensor2D {
  return tf.tensor2d(dropoutMask(dropout, rows, columns), [rows, columns]);
}

/** The key of one mask of many: those of a training step, by the number of the step and of the place in the model. */
export function dropoutKey(seed: number, step: number, place: number): [number, number] {
  return [hash(seed, step, place, 0), hash(seed, step, place, 1)];
}
