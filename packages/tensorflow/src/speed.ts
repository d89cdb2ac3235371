import type { TensorFlow } from './types.js';

/**
 * Speed of one matrix product of 2048×256 by 256×1024 in GFLOPS: the best of `tries`, after one that does not count.
 * @example
 * console.log(`${matMulSpeed(tf).toFixed(0)} GFLOPS`); // '34 GFLOPS' on two cores of a server
 */
export function matMulSpeed(tf: TensorFlow, tries = 5): number {
  const a = tf.fill([2048, 256], 0.5);
  const b = tf.fill([256, 1024], 0.25);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= tries; i++) {
    const startedAt = performance.now();
    const product = tf.matMul(a, b);
    product.dataSync();
    tf.dispose(product);
    if (i > 0) best = Math.min(best, performance.now() - startedAt);
  }
  tf.dispose([a, b]);
  return (2 * 2048 * 256 * 1024) / best / 1e6;
}
