import { loadTensorFlow, type Tensor2D, type TensorFlow } from '@etude/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createRandom,
  initialWeights,
  loss,
  lossAndGradients,
  modelFromBytes,
  modelToBytes,
  nextLogits,
  type StackedLstmShape,
  weightShapes,
  zeroState,
} from './index.js';

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

type Numbers = Record<string, Float64Array>;

/** The loss in double precision, written from the equations with no thought of speed: the oracle of this file. */
function plainLoss(
  { vocabulary: V, units: H, layers }: StackedLstmShape,
  weights: Numbers,
  state: { hidden: Float64Array; cell: Float64Array }[],
  inputs: number[],
  targets: number[],
  T: number,
  masks: Float64Array[] | undefined,
): number {
  const B = inputs.length / T;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const carried = state.map(({ hidden, cell }) => ({ hidden: hidden.slice(), cell: cell.slice() }));
  let total = 0;
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const n = t * B + b;
      let x = weights.embedding!.slice(inputs[n]! * H, (inputs[n]! + 1) * H);
      for (let layer = 0; layer < layers; layer++) {
        const { hidden, cell } = carried[layer]!;
        const before = hidden.slice(b * H, (b + 1) * H);
        const sums = Array.from({ length: 4 * H }, (_, j) => {
          let below = weights[`lstm.${layer}.input.bias`]![j]!;
          let recurrent = weights[`lstm.${layer}.recurrent.bias`]![j]!;
          for (let i = 0; i < H; i++) {
            below += x[i]! * weights[`lstm.${layer}.input.weight`]![i * 4 * H + j]!;
            recurrent += before[i]! * weights[`lstm.${layer}.recurrent.weight`]![i * 4 * H + j]!;
          }
          return below * (masks === undefined ? 1 : masks[layer]![n * 4 * H + j]!) + recurrent;
        });
        x = new Float64Array(H);
        for (let j = 0; j < H; j++) {
          const c = sigmoid(sums[H + j]!) * cell[b * H + j]! + sigmoid(sums[j]!) * Math.tanh(sums[3 * H + j]!);
          cell[b * H + j] = c;
          x[j] = hidden[b * H + j] = sigmoid(sums[2 * H + j]!) * Math.tanh(c);
        }
      }
      const logits = Array.from({ length: V }, (_, v) => {
        let sum = weights['output.bias']![v]!;
        for (let i = 0; i < H; i++) sum += x[i]! * weights['output.weight']![i * V + v]!;
        return sum;
      });
      total += Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[targets[n]!]!;
    }
  }
  return total / inputs.length;
}

function problem(shape: StackedLstmShape, T: number, B: number, dropout: boolean) {
  const random = createRandom(7);
  const weights = initialWeights(tf, shape, random);
  const ids = () => Array.from({ length: T * B }, () => Math.floor(random.next() * shape.vocabulary));
  const [inputs, targets] = [ids(), ids()];
  const values = (count: number) => Float32Array.from({ length: count }, () => random.next() - 0.5);
  const state = zeroState(tf, shape, B).map(({ hidden, cell }) => ({
    hidden: tf.tensor2d(values(hidden.size), hidden.shape),
    cell: tf.tensor2d(values(cell.size), cell.shape),
  }));
  const masks = dropout
    ? state.map(() => {
        const mask = Float32Array.from({ length: T * B * 4 * shape.units }, () => (random.next() < 0.5 ? 0 : 2));
        return tf.tensor2d(mask, [T * B, 4 * shape.units]) as Tensor2D;
      })
    : undefined;
  const numbers: Numbers = Object.fromEntries(
    Object.entries(weights).map(([name, w]) => [name, Float64Array.from(w.dataSync())]),
  );
  const plain = (changed: Numbers) =>
    plainLoss(
      shape,
      changed,
      state.map(({ hidden, cell }) => ({
        hidden: Float64Array.from(hidden.dataSync()),
        cell: Float64Array.from(cell.dataSync()),
      })),
      inputs,
      targets,
      T,
      masks?.map((mask) => Float64Array.from(mask.dataSync())),
    );
  const window = { inputs: tf.tensor1d(inputs, 'int32'), targets: tf.tensor1d(targets, 'int32'), steps: T };
  return { weights, state, masks, window, numbers, plain, inputs };
}

describe('stacked LSTM', () => {
  it.each([
    { layers: 1, units: 1, vocabulary: 2, T: 1, B: 1, dropout: false },
    { layers: 1, units: 7, vocabulary: 5, T: 4, B: 3, dropout: false },
    { layers: 2, units: 5, vocabulary: 9, T: 5, B: 2, dropout: true },
    { layers: 4, units: 3, vocabulary: 4, T: 6, B: 1, dropout: true },
  ])('has the loss and the gradients of the equations: %o', ({ T, B, dropout, ...shape }) => {
    const { weights, state, masks, window, numbers, plain } = problem(shape, T, B, dropout);
    const result = lossAndGradients(tf, shape, weights, state, window, masks);
    expect(result.loss.dataSync()[0]).toBeCloseTo(plain(numbers), 5);
    for (const [name, dimensions] of Object.entries(weightShapes(shape))) {
      const gradient = result.gradients[name]!;
      expect(gradient.shape).toEqual(dimensions);
      const found = gradient.dataSync();
      const step = 1e-5;
      numbers[name]!.forEach((value, i) => {
        const at = (x: number) => plain({ ...numbers, [name]: numbers[name]!.with(i, x) });
        const numeric = (at(value + step) - at(value - step)) / (2 * step);
        expect(Math.abs(found[i]! - numeric), `${name}[${i}]`).toBeLessThan(1e-5 + 1e-4 * Math.abs(numeric));
      });
    }
  });

  it('gives the same loss over two windows with carried state as over one', () => {
    const shape = { layers: 2, units: 6, vocabulary: 5 };
    const { weights, state, window, inputs } = problem(shape, 6, 2, false);
    const whole = loss(tf, shape, weights, state, window);
    const part = (from: number, to: number) => ({
      inputs: tf.slice(window.inputs, from * 2, (to - from) * 2),
      targets: tf.slice(window.targets, from * 2, (to - from) * 2),
      steps: to - from,
    });
    const first = loss(tf, shape, weights, state, part(0, 2));
    const second = loss(tf, shape, weights, first.state, part(2, 6));
    const mean = (2 * first.loss.dataSync()[0]! + 4 * second.loss.dataSync()[0]!) / 6;
    expect(inputs).toHaveLength(12);
    expect(mean).toBeCloseTo(whole.loss.dataSync()[0]!, 5);
  });

  it('samples from the model that was trained: one step at a time gives the loss of the window', () => {
    const shape = { layers: 2, units: 6, vocabulary: 5 };
    const { weights, window, inputs } = problem(shape, 4, 1, false);
    let state = zeroState(tf, shape, 1);
    const whole = loss(tf, shape, weights, state, window).loss.dataSync()[0]!;
    let total = 0;
    inputs.forEach((id, t) => {
      const next = nextLogits(tf, weights, state, Int32Array.of(id));
      const logits = [...next.logits.dataSync()];
      total += Math.log(logits.reduce((sum, l) => sum + Math.exp(l), 0)) - logits[window.targets.dataSync()[t]!]!;
      state = next.state;
    });
    expect(total / inputs.length).toBeCloseTo(whole, 5);
  });

  it('leaves no tensors behind', () => {
    const shape = { layers: 3, units: 4, vocabulary: 5 };
    const { weights, state, masks, window } = problem(shape, 4, 2, true);
    const before = tf.memory().numTensors;
    const { loss: value, gradients, state: next } = lossAndGradients(tf, shape, weights, state, window, masks);
    tf.dispose([value, gradients, next] as never);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is stored and read back bit for bit', async () => {
    const shape = { layers: 2, units: 3, vocabulary: 4 };
    const weights = initialWeights(tf, shape, createRandom(1));
    const bytes = await modelToBytes({ shape, weights });
    const read = modelFromBytes(tf, bytes);
    expect(read.shape).toEqual(shape);
    expect(await modelToBytes(read)).toEqual(bytes);
    const inAPool = Buffer.concat([Buffer.of(0), bytes]).subarray(1);
    expect(await modelToBytes(modelFromBytes(tf, inAPool))).toEqual(bytes);
    expect(bytes.length).toBeGreaterThan(8);
    expect(() => modelFromBytes(tf, bytes.slice(0, 200))).toThrow('not a safetensors file');
    expect(() => modelFromBytes(tf, new Uint8Array(4))).toThrow('not a safetensors file: no header');
  });
});

describe('createRandom', () => {
  it('gives the same numbers for the same seed, others for another seed or stream', () => {
    const draw = (seed: number, stream?: number) => Array.from({ length: 4 }, createRandom(seed, stream).next);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).not.toEqual(draw(1, 1));
    expect(draw(1).every((x) => x >= 0 && x < 1)).toBe(true);
  });
});
