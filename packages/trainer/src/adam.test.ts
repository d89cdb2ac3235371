import { chooseKernels, type Weights } from '@etude/model';
import { loadTensorFlow } from '@etude/tensorflow';
import { expect, it } from 'vitest';
import { Adam } from './adam.js';

const loaded = await loadTensorFlow();
const { tf } = loaded;
const { kernels } = chooseKernels(loaded, { threads: 1 });
const weightsOf = (matrix: number[], bias: number[]): Weights => ({
  matrix: tf.tensor2d(matrix, [1, matrix.length]),
  bias: tf.tensor1d(bias),
});
const rounded = (weights: Weights) =>
  Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [name, Array.from(weight.dataSync(), (x) => Number(x.toFixed(4)))]),
  );

it('moves each weight by the learning rate at first, against its gradient, however large that is', () => {
  const adam = new Adam({ tf, kernels }, weightsOf([1, 1], [0, 0]), { clip: 100, weightDecay: 0 });
  const norm = adam.update(weightsOf([3, -0.01], [4, 0]), 0.1);
  expect(norm).toBeCloseTo(5, 3);
  expect(rounded(adam.weights)).toEqual({ matrix: [0.9, 1.1], bias: [-0.1, 0] });
});

it('lets matrices decay, and no biases', () => {
  const adam = new Adam({ tf, kernels }, weightsOf([1], [1]), { clip: 1, weightDecay: 0.5 });
  adam.update(weightsOf([0], [0]), 0.1);
  expect(rounded(adam.weights)).toEqual({ matrix: [0.95], bias: [1] });
});

it('scales gradients of a larger norm down to the one of clip', () => {
  const adam = new Adam({ tf, kernels }, weightsOf([0], [0]), { clip: 1, weightDecay: 0 });
  expect(adam.update(weightsOf([30], [40]), 0.1)).toBeCloseTo(50, 2);
  // A tenth of the gradient, and a thousandth of its square.
  expect(rounded(adam.means)).toEqual({ matrix: [0.06], bias: [0.08] });
  expect(rounded(adam.squares)).toEqual({ matrix: [0.0004], bias: [0.0006] });
});

it('changes nothing where a gradient is not finite', () => {
  const adam = new Adam({ tf, kernels }, weightsOf([1], [1]), { clip: 1, weightDecay: 0.5 });
  expect(adam.update(weightsOf([Number.NaN], [1]), 0.1)).toBeNaN();
  expect(rounded(adam.weights)).toEqual({ matrix: [1], bias: [1] });
  expect(rounded(adam.means)).toEqual({ matrix: [0], bias: [0] });
});

it('goes on from its means as if it had never stopped', () => {
  const options = { clip: 1, weightDecay: 0.1 };
  const first = new Adam({ tf, kernels }, weightsOf([1], [1]), options);
  first.update(weightsOf([0.3], [0.1]), 0.1);
  const copy = (weights: Weights): Weights =>
    Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, tf.clone(weight)]));
  const from = { means: copy(first.means), squares: copy(first.squares), updates: 1 };
  const second = new Adam({ tf, kernels }, copy(first.weights), options, from);
  for (const adam of [first, second]) adam.update(weightsOf([-0.2], [0.4]), 0.05);
  expect(rounded(second.weights)).toEqual(rounded(first.weights));
});
