import { chooseKernels } from '@etude/model';
import { loadTensorFlow } from '@etude/tensorflow';
import { expect, it } from 'vitest';
import { train } from './index.js';
import { cycle, holdOut, options } from './testing/small-training.js';
import { WeightAverage } from './weight-average.js';

const loaded = await loadTensorFlow();
const { tf } = loaded;

it('is a running mean that forgets its beginning', () => {
  const average = new WeightAverage(tf, 0.5, { a: tf.tensor([100, 0]) });
  let [first, second] = [100, 0];
  for (let update = 1; update <= 40; update++) {
    const weights = { a: tf.tensor([update, -update]) };
    average.add(weights, update);
    const kept = update < 9 ? update / (update + 9) : 0.5;
    [first, second] = [first * kept + update * (1 - kept), second * kept - update * (1 - kept)];
  }
  const [a, b] = average.weights.a!.dataSync();
  expect([a, b]).toEqual([expect.closeTo(first, 3), expect.closeTo(second, 3)]);
  expect(a).toBeCloseTo(39, 1);
  average.dispose();
});

it('is what is kept, and leaks no memory', async () => {
  const { kernels } = chooseKernels(loaded, { threads: 1 });
  const learn = async (averaging: number) => {
    const before = tf.memory().numTensors;
    const { model, curve } = await train({ tf, kernels }, holdOut(cycle, 0.1), { ...options, averaging });
    const bias = model.weights['output.bias']!.dataSync();
    expect(tf.memory().numTensors - before).toBe(Object.keys(model.weights).length);
    return { bias, last: curve.at(-1)! };
  };
  const [own, mean] = [await learn(0), await learn(0.9)];
  // Training itself is the same.
  expect(mean.last.trainingLoss).toBe(own.last.trainingLoss);
  expect(mean.bias).not.toEqual(own.bias);
  expect(mean.last.validationLoss).toBeGreaterThan(own.last.validationLoss! * 0.5);
  expect(mean.last.validationLoss).toBeLessThan(Math.log(options.shape.vocabulary) / 2);
});
