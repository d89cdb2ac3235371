import { describe, expect, it } from 'vitest';
import { loadTensorFlow, matMulSpeed } from './index.js';

describe('loadTensorFlow', () => {
  it('loads a backend that computes, and says why where it is not the native one', async () => {
    const { tf, backend, nativeProblem, versions } = await loadTensorFlow({ threads: 1 });
    const product = tf.tidy(() => [...tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()]);
    expect(product).toEqual([11]);
    expect(tf.getBackend()).toBe(backend);
    expect(nativeProblem === undefined).toBe(backend === 'tensorflow');
    expect(versions.tfjs).toMatch(/^4\./);
    if (backend !== 'tensorflow') return;
    const { TF_NUM_INTRAOP_THREADS, TF_NUM_INTEROP_THREADS } = process.env;
    expect([TF_NUM_INTRAOP_THREADS, TF_NUM_INTEROP_THREADS]).toEqual(['1', '1']);
  });

  it('measures a speed', async () => {
    const { tf } = await loadTensorFlow();
    const before = tf.memory().numTensors;
    expect(matMulSpeed(tf, 1)).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
  });
});
