// More than 300 lines: what all kernels have in common, which is checked on one table of models.
import { availableParallelism } from 'node:os';
import { createRandom } from '@etude/music';
import { type LoadedTensorFlow, loadTensorFlow, type Tensor, type Tensor2D } from '@etude/tensorflow';
import { describe, expect, it } from 'vitest';
import {
  chooseKernels,
  initialWeights,
  KERNEL_NAMES,
  type Kernels,
  type LanguageModelShape,
  loadModel,
  loss,
  lossAndGradients,
  modelFormat,
  modelToBytes,
  type Regularization,
  stepper,
  weightShapes,
  zeroState,
} from './index.js';
import { type Numbers, plainObjective } from './testing/plain-model.js';

const loaded: LoadedTensorFlow = await loadTensorFlow();
const { tf } = loaded;
const threads = availableParallelism();
const { problems } = chooseKernels(loaded, { threads });
const usable = KERNEL_NAMES.filter((name) => problems[name] === undefined);
const kernelsOf = (wanted: (typeof KERNEL_NAMES)[number], count = threads): Kernels =>
  chooseKernels(loaded, { wanted, threads: count }).kernels;

const off: Regularization = {
  ...{ dropout: 0, recurrentDropout: 0, lockedDropout: false, labelSmoothing: 0 },
  ...{ seed: 1, step: 1 },
};
const stacked = { model: 'stacked-lstm', tiedEmbeddings: false } as const;
const grid = { model: 'grid-lstm', tiedEmbeddings: false, tied: false, depthPriority: false } as const;

const told = (directUnits: number) => ({
  conditions: {
    fields: [
      { name: 'place', values: [0, 1, 2] },
      { name: 'pitch', values: [0, 60, 62, 65] },
    ],
    directUnits,
  },
});
const { conditions } = told(3);

function problem(shape: LanguageModelShape, T: number, B: number, regularization: Regularization, ignored = 0) {
  const random = createRandom(7);
  const weights = initialWeights(tf, shape, random);
  const ids = () => Array.from({ length: T * B }, () => Math.floor(random.next() * shape.vocabulary));
  const [inputs, targets] = [ids(), ids()];
  targets.fill(-1, targets.length - ignored);
  const values = (count: number) => Float32Array.from({ length: count }, () => random.next() - 0.5);
  const state = zeroState(tf, shape, B).map(({ hidden, cell }) => ({
    hidden: tf.tensor2d(values(hidden.size), hidden.shape) as Tensor2D,
    cell: tf.tensor2d(values(cell.size), cell.shape) as Tensor2D,
  }));
  const doubles = (tensor: Tensor) => Float64Array.from(tensor.dataSync());
  const numbers: Numbers = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, doubles(w)]));
  const plainState = state.map(({ hidden, cell }) => ({ hidden: doubles(hidden), cell: doubles(cell) }));
  const { fields } = shape.conditions ?? { fields: [] };
  const first = (field: number) => fields.slice(0, field).reduce((sum, { values }) => sum + values.length, 0);
  const rows = inputs.flatMap(() =>
    fields.map(({ values }, field) => first(field) + Math.floor(random.next() * values.length)),
  );
  const plain = (changed: Numbers) =>
    plainObjective(shape, changed, plainState, inputs, targets, { ...regularization, rows });
  const window = {
    inputs: tf.tensor1d(inputs, 'int32'),
    targets: tf.tensor1d(targets, 'int32'),
    ...(shape.conditions && { rows: tf.tensor2d(rows, [inputs.length, fields.length], 'int32') }),
  };
  const run = (kernels: Kernels) =>
    lossAndGradients({ tf, kernels }, { shape, weights }, state, { ...window, regularization });
  return { weights, state, window, numbers, plain, inputs, rows, run };
}

describe.each(usable)('%s kernels', (name) => {
  const kernels = kernelsOf(name);

  it.each<[string, LanguageModelShape & { T: number; B: number; ignored?: number }, Partial<Regularization>]>([
    ['one unit, one step', { ...stacked, layers: 1, units: 1, vocabulary: 2, T: 1, B: 1 }, {}],
    ['an odd size', { ...stacked, layers: 1, units: 7, vocabulary: 5, T: 4, B: 3 }, {}],
    ['dropout', { ...stacked, layers: 2, units: 5, vocabulary: 9, T: 5, B: 2 }, { dropout: 0.4 }],
    ['four layers', { ...stacked, layers: 4, units: 3, vocabulary: 4, T: 6, B: 1 }, { dropout: 0.5 }],
    ['six layers', { ...stacked, layers: 6, units: 3, vocabulary: 4, T: 3, B: 2 }, {}],
    [
      'more tokens than rows',
      { ...stacked, layers: 2, units: 4, vocabulary: 13, T: 2, B: 3 },
      { dropout: 0.2, outputDropout: 0.4 },
    ],
    ['fewer tokens than rows', { ...stacked, layers: 2, units: 4, vocabulary: 3, T: 4, B: 3 }, { dropout: 0.2 }],
    ['tied embeddings', { ...stacked, tiedEmbeddings: true, layers: 1, units: 5, vocabulary: 4, T: 3, B: 2 }, {}],
    [
      'every regularization',
      { ...stacked, layers: 2, units: 5, vocabulary: 6, T: 4, B: 2 },
      { dropout: 0.3, recurrentDropout: 0.3, outputDropout: 0.3, lockedDropout: true, labelSmoothing: 0.1 },
    ],
    ['targets that do not count', { ...stacked, layers: 2, units: 4, vocabulary: 5, T: 4, B: 3, ignored: 7 }, {}],
    [
      'targets that do not count, smoothed',
      { ...stacked, layers: 1, units: 4, vocabulary: 5, T: 3, B: 2, ignored: 1 },
      { labelSmoothing: 0.2 },
    ],
    ['conditions', { ...stacked, conditions, layers: 2, units: 5, vocabulary: 4, T: 3, B: 2 }, { dropout: 0.2 }],
    [
      'conditions without direct units, tied embeddings',
      { ...stacked, ...told(0), tiedEmbeddings: true, layers: 1, units: 4, vocabulary: 3, T: 3, B: 2 },
      {},
    ],
    ['conditions of a grid', { ...grid, conditions, layers: 1, units: 3, vocabulary: 4, T: 2, B: 2 }, {}],
    ['grid', { ...grid, layers: 2, units: 4, vocabulary: 5, T: 4, B: 2 }, {}],
    ['grid, one step', { ...grid, layers: 2, units: 3, vocabulary: 5, T: 1, B: 2 }, { dropout: 0.3 }],
    ['grid, depth first', { ...grid, depthPriority: true, layers: 2, units: 4, vocabulary: 5, T: 3, B: 2 }, {}],
    [
      'grid, tied, regularized',
      { ...grid, tied: true, layers: 3, units: 3, vocabulary: 9, T: 3, B: 2 },
      { dropout: 0.3, recurrentDropout: 0.3, lockedDropout: true },
    ],
    [
      'grid, tied, depth first',
      { ...grid, tied: true, depthPriority: true, layers: 3, units: 3, vocabulary: 4, T: 3, B: 2 },
      {},
    ],
  ])('have the loss and the gradients of the equations: %s', (_, { T, B, ignored, ...shape }, regularization) => {
    const { numbers, plain, run } = problem(shape, T, B, { ...off, ...regularization }, ignored);
    const result = run(kernels);
    if (!regularization.labelSmoothing) expect(result.loss.dataSync()[0]).toBeCloseTo(plain(numbers), 5);
    for (const [weight, dimensions] of Object.entries(weightShapes(shape))) {
      const gradient = result.gradients[weight]!;
      expect(gradient.shape).toEqual(dimensions);
      const found = gradient.dataSync();
      const step = 1e-5;
      numbers[weight]!.forEach((value, i) => {
        const at = (x: number) => plain({ ...numbers, [weight]: numbers[weight]!.with(i, x) });
        const numeric = (at(value + step) - at(value - step)) / (2 * step);
        expect(Math.abs(found[i]! - numeric), `${weight}[${i}]`).toBeLessThan(1e-5 + 1e-4 * Math.abs(numeric));
      });
    }
  });

  it('give the same loss over two windows with carried state as over one', () => {
    for (const shape of [
      { ...stacked, layers: 2, units: 6, vocabulary: 5 },
      { ...grid, layers: 2, units: 6, vocabulary: 5 },
    ]) {
      const { weights, state, window } = problem(shape, 6, 2, off);
      const whole = loss({ tf, kernels }, { shape, weights }, state, window);
      const part = (from: number, to: number) => ({
        inputs: tf.slice(window.inputs, from * 2, (to - from) * 2),
        targets: tf.slice(window.targets, from * 2, (to - from) * 2),
      });
      const first = loss({ tf, kernels }, { shape, weights }, state, part(0, 2));
      const second = loss({ tf, kernels }, { shape, weights }, first.state, part(2, 6));
      const mean = (2 * first.loss.dataSync()[0]! + 4 * second.loss.dataSync()[0]!) / 6;
      expect(mean).toBeCloseTo(whole.loss.dataSync()[0]!, 5);
    }
  });

  it.each<LanguageModelShape>([
    { ...stacked, layers: 2, units: 37, vocabulary: 5 },
    { ...stacked, layers: 1, units: 6, vocabulary: 5, tiedEmbeddings: true },
    { ...stacked, conditions, layers: 2, units: 37, vocabulary: 70 },
    { ...stacked, ...told(0), layers: 1, units: 6, vocabulary: 5 },
    { ...grid, conditions, layers: 2, units: 6, vocabulary: 5 },
    { ...grid, layers: 2, units: 6, vocabulary: 5 },
    { ...grid, layers: 2, units: 6, vocabulary: 5, tied: true, depthPriority: true },
  ])('sample from the model that was trained, step by step, for one song and for seven: %o', (shape) => {
    for (const B of [1, 7]) {
      const { weights, window, inputs, rows, state: before } = problem(shape, 4, B, off);
      const K = rows.length / inputs.length;
      const targets = window.targets.dataSync();
      const whole = loss({ tf, kernels }, { shape, weights }, before, window).loss.dataSync()[0]!;
      const model = stepper({ tf, kernels }, { shape, weights }, before);
      let total = 0;
      for (let t = 0; t < 4; t++) {
        const told = Int32Array.from(rows.slice(t * B * K, (t + 1) * B * K));
        const logits = model.step(Int32Array.from(inputs.slice(t * B, (t + 1) * B)), told);
        for (let b = 0; b < B; b++) {
          const row = [...logits.subarray(b * shape.vocabulary, (b + 1) * shape.vocabulary)];
          total += Math.log(row.reduce((sum, l) => sum + Math.exp(l), 0)) - row[targets[t * B + b]!]!;
        }
      }
      model.dispose();
      expect(total / inputs.length).toBeCloseTo(whole, 5);
    }
  });

  it('leave no tensors behind', () => {
    const shape = { ...grid, conditions, layers: 3, units: 4, vocabulary: 5 };
    const regularization = { ...off, dropout: 0.5, recurrentDropout: 0.5, labelSmoothing: 0.1 };
    const { run, weights, state, window } = problem(shape, 4, 2, regularization);
    tf.dispose(run(kernels) as never); // makes the constants that stay
    const before = tf.memory().numTensors;
    tf.dispose(run(kernels) as never);
    tf.dispose(loss({ tf, kernels }, { shape, weights }, state, window) as never);
    const model = stepper({ tf, kernels }, { shape, weights }, zeroState(tf, shape, 2));
    model.step(Int32Array.of(1, 2), Int32Array.of(0, 3, 2, 6));
    model.changeState((values) => values.fill(1));
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** How kernels with bfloat16 products describe themselves, or why there are none. */
function describeBfloat16(): string {
  try {
    return chooseKernels(loaded, { threads, precision: 'bfloat16' }).kernels.details ?? '';
  } catch {
    return 'none';
  }
}

describe.skipIf(usable.length < 2)('faster kernels', () => {
  /** Largest difference of two tensors, in units of the largest element of the second. */
  const difference = (a: Tensor, b: Tensor) => {
    const [found, expected] = [a.dataSync() as Float32Array, b.dataSync() as Float32Array];
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
    return expected.reduce((most, x, i) => Math.max(most, Math.abs(found[i]! - x)), 0) / largest;
  };

  it.each(
    usable
      .filter((name) => name !== 'reference')
      .flatMap((name) =>
        [
          { layers: 1, units: 1, T: 3, B: 37 },
          { layers: 2, units: 7, T: 1, B: 37 },
          { layers: 3, units: 33, T: 9, B: 37, conditions },
          { layers: 2, units: 250, T: 5, B: 1 },
          { layers: 4, units: 250, T: 7, B: 37 },
          { layers: 6, units: 64, T: 12, B: 16 },
        ].flatMap((size) => [stacked, grid].map((kind) => [name, { ...kind, vocabulary: 50, ...size }] as const)),
      ),
  )('%s agree with the reference: %o', (name, { T, B, ...shape }) => {
    const regularization = { ...off, dropout: 0.25, recurrentDropout: 0.1, outputDropout: 0.2, labelSmoothing: 0.05 };
    const { run } = problem(shape as LanguageModelShape, T, B, regularization);
    const expected = run(kernelsOf('reference'));
    const found = run(kernelsOf(name));
    expect(difference(found.loss, expected.loss)).toBeLessThan(1e-6);
    for (const weight of Object.keys(expected.gradients)) {
      const apart = difference(found.gradients[weight]!, expected.gradients[weight]!);
      expect(apart, weight).toBeLessThan(2e-5);
    }
    expected.state.forEach(({ hidden, cell }, layer) => {
      expect(difference(found.state[layer]!.hidden, hidden)).toBeLessThan(1e-5);
      expect(difference(found.state[layer]!.cell, cell)).toBeLessThan(1e-5);
    });
    tf.dispose([expected, found] as never);
  });

  it.skipIf(problems.fused !== undefined)('fused ones give the same bits whatever the number of threads', () => {
    const shape = { ...stacked, vocabulary: 50, layers: 2, units: 200 };
    const { run } = problem(shape, 9, 11, { ...off, dropout: 0.25 });
    const [one, ...others] = [1, 2, 3, 5].map((count) => run(kernelsOf('fused', count)));
    for (const other of others) {
      for (const [weight, gradient] of Object.entries(one!.gradients)) {
        expect(other!.gradients[weight]!.dataSync(), weight).toEqual(gradient.dataSync());
      }
    }
  });

  const hasBfloat16 = problems.fused === undefined && /bfloat16/.test(describeBfloat16());
  it.skipIf(!hasBfloat16)('fused ones with bfloat16 products agree within its 8 bits', () => {
    for (const size of [
      { layers: 2, units: 33, T: 9, B: 37 },
      { layers: 4, units: 128, T: 12, B: 16 },
    ]) {
      const { T, B, ...shape } = { ...stacked, vocabulary: 50, ...size };
      const { run } = problem(shape, T, B, { ...off, dropout: 0.25 });
      const rounded = chooseKernels(loaded, { threads, precision: 'bfloat16' }).kernels;
      const [expected, found] = [run(kernelsOf('fused')), run(rounded)];
      expect(difference(found.loss, expected.loss)).toBeLessThan(1e-3);
      for (const weight of Object.keys(expected.gradients)) {
        const apart = difference(found.gradients[weight]!, expected.gradients[weight]!);
        expect(apart, weight).toBeLessThan(0.05);
        expect(apart, weight).toBeGreaterThan(0); // or nothing was rounded
      }
    }
  });

  it.skipIf(problems.fused !== undefined)('fused ones refuse what does not fit together', () => {
    const fused = kernelsOf('fused');
    expect(() => fused.matMul(tf.zeros([2, 3]) as Tensor2D, tf.zeros([4, 5]) as Tensor2D)).toThrow(
      /EtudeMatMul: the inner dimensions differ/,
    );
    const { weights, state } = problem({ ...stacked, vocabulary: 5, layers: 1, units: 4 }, 1, 2, off);
    const layer = {
      inputWeight: weights['lstm.0.input.weight'] as Tensor2D,
      inputBias: weights['lstm.0.input.bias'] as never,
      recurrentWeight: weights['lstm.0.recurrent.weight'] as Tensor2D,
      recurrentBias: weights['lstm.0.recurrent.bias'] as never,
    };
    const input = (rows: number, ids?: number[]) => ({
      rows: tf.zeros([rows, 4]) as Tensor2D,
      ids: ids && tf.tensor1d(ids, 'int32'),
    });
    expect(() => fused.lstm(layer, input(3), state[0]!, {})).toThrow(/no multiple of the batch/);
    expect(() => fused.lstm(layer, input(2, [0, 1, 2, 1]), state[0]!, {})).toThrow(/a token is not in the embedding/);
  });
});

describe('chooseKernels', () => {
  it('takes the fastest that work, and says why others do not', () => {
    expect(chooseKernels(loaded, { threads }).kernels.name).toBe(usable.at(-1));
    const { native: _, ...withoutNative } = loaded;
    const slow = chooseKernels({ ...withoutNative, nativeProblem: 'no compiler' }, { threads });
    expect(slow.kernels.name).toBe('reference');
    expect(slow.problems.fused).toBe('there is no native TensorFlow (no compiler)');
    expect(() => chooseKernels(withoutNative, { wanted: 'fused', threads })).toThrow('kernels fused do not work here');
    expect(() => chooseKernels(withoutNative, { threads, precision: 'bfloat16' })).toThrow('bfloat16 needs the fused');
  });

  it('multiplies with bfloat16 by itself only where the processor does', () => {
    const fastest = describeBfloat16() === 'none' ? 'float32' : 'bfloat16';
    expect(chooseKernels(loaded, { threads, precision: 'auto' }).kernels.precision).toBe(fastest);
    expect(chooseKernels(loaded, { threads }).kernels.precision).toBe('float32');
    const reference = chooseKernels(loaded, { wanted: 'reference', threads, precision: 'auto' });
    expect(reference.kernels.precision).toBe('float32');
  });
});

describe('a model file', () => {
  it.each<LanguageModelShape>([
    { ...stacked, layers: 2, units: 3, vocabulary: 4 },
    { ...grid, layers: 2, units: 3, vocabulary: 4, tied: true, depthPriority: true, tiedEmbeddings: true },
  ])('is read back bit for bit: %o', async (shape) => {
    const weights = initialWeights(tf, shape, createRandom(1));
    const bytes = await modelToBytes({ shape, weights });
    const open = (content: Uint8Array) => loadModel(tf, modelFormat.parse(content), shape.vocabulary);
    const read = open(bytes);
    expect(read.shape).toEqual(shape);
    expect(await modelToBytes(read)).toEqual(bytes);
    const inAPool = Buffer.concat([Buffer.of(0), bytes]).subarray(1);
    expect(await modelToBytes(open(inAPool))).toEqual(bytes);
    expect(() => open(bytes.slice(0, 200))).toThrow('not a safetensors file');
    expect(() => open(new Uint8Array(4))).toThrow('not a safetensors file: no header');
  });
});
