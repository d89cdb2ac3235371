import { createRandom, modelToBytes } from '@etude/model';
import { loadTensorFlow, type TensorFlow } from '@etude/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingWindows, windowsOver } from './batches.js';
import { curveToCsv, type TrainingOptions, train } from './index.js';

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

/** 0 1 2 3 over and over: what follows is certain. */
const cycle = Int32Array.from({ length: 400 }, (_, i) => i % 4);
const options: TrainingOptions = {
  shape: { vocabulary: 4, units: 12, layers: 2 },
  ...{ steps: 60, batch: 4, window: 8, learningRate: 0.02, clip: 1, dropout: 0.1 },
  ...{ validation: 0.1, evaluateEvery: 20, seed: 1 },
};

describe('train', () => {
  it('learns what can be learnt', async () => {
    const { curve, best } = await train(tf, cycle, options);
    expect(curve.map(({ step }) => step)).toEqual([20, 40, 60]);
    expect(curve[0]!.trainingLoss).toBeGreaterThan(curve[2]!.trainingLoss);
    expect(best.validationLoss).toBeLessThan(0.1);
    expect(best.validationLoss).toBe(Math.min(...curve.map((point) => point.validationLoss!)));
  });

  it('gives the same weights for the same seed, others for another', async () => {
    const bytes = async (seed: number) => modelToBytes((await train(tf, cycle, { ...options, steps: 6, seed })).model);
    const first = await bytes(1);
    expect(await bytes(1)).toEqual(first);
    expect(await bytes(2)).not.toEqual(first);
  });

  it('keeps the weights of the best point, not of the last', async () => {
    const noise = Int32Array.from({ length: 200 }, (_, i) => (i < 180 ? i % 4 : (i * i * 7) % 4));
    const { best, curve, model } = await train(tf, noise, { ...options, dropout: 0, steps: 120 });
    expect(best.step).toBeLessThan(curve.at(-1)!.step);
    const again = await train(tf, noise, { ...options, dropout: 0, steps: best.step });
    expect(await modelToBytes(model)).toEqual(await modelToBytes(again.model));
  });

  it('can hold nothing out', async () => {
    const { best, curve } = await train(tf, cycle, { ...options, validation: 0, steps: 25 });
    expect(best.step).toBe(25);
    expect(curve.map((point) => point.validationLoss)).toEqual([undefined, undefined]);
    expect(curveToCsv(curve)).toMatch(/^step,epoch,training_loss,validation_loss\n20,\d+,[\d.]+,\n25,\d+,[\d.]+,\n$/);
  });

  it('says what is wrong with a piece that is too short and a rate that is too high', async () => {
    await expect(train(tf, cycle.subarray(0, 2), options)).rejects.toThrow(
      'expected at least 3 tokens to learn from, found 2',
    );
    const diverging = train(tf, cycle, { ...options, learningRate: 1e30, clip: 1e30 });
    await expect(diverging).rejects.toThrow(/the loss is (NaN|Infinity) at step \d+: training diverged/);
  });

  it('trains on the shortest piece that it accepts', async () => {
    const { curve } = await train(tf, cycle.subarray(0, 3), { ...options, validation: 0, steps: 3 });
    expect(curve.at(-1)!.step).toBe(3);
  });

  it('reports progress and stops when it is told to', async () => {
    const controller = new AbortController();
    const steps: number[] = [];
    const onProgress = ({ step }: { step: number }) => {
      steps.push(step);
      if (step === 3) controller.abort(new Error('enough'));
    };
    await expect(train(tf, cycle, options, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(steps).toEqual([1, 2, 3]);
  });

  it('does not grow with its steps', async () => {
    const before = tf.memory().numTensors;
    const { model } = await train(tf, cycle, { ...options, steps: 30 });
    tf.dispose(model.weights as never);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('windows', () => {
  it('read stretches side by side, each window going on where the last one ended', () => {
    const windows = [
      ...windowsOver(
        Int32Array.from({ length: 11 }, (_, i) => i),
        2,
        3,
      ),
    ];
    expect(windows.map(({ inputs, steps }) => [steps, ...inputs])).toEqual([
      [3, 0, 5, 1, 6, 2, 7],
      [2, 3, 8, 4, 9],
    ]);
    expect(windows.map(({ targets }) => [...targets])).toEqual([
      [1, 6, 2, 7, 3, 8],
      [4, 9, 5, 10],
    ]);
  });

  it('begin each epoch with a fresh state', () => {
    const windows = trainingWindows(
      Int32Array.from({ length: 23 }, (_, i) => i),
      2,
      4,
      createRandom(1),
    );
    const seen = Array.from({ length: 12 }, () => windows.next().value!);
    const epochs = seen.map(({ epoch }) => epoch);
    expect(epochs[0]).toBe(1);
    expect(epochs.at(-1)).toBeGreaterThan(2);
    expect(seen.map(({ fresh }) => fresh)).toEqual(epochs.map((epoch, i) => i === 0 || epoch !== epochs[i - 1]));
  });
});
