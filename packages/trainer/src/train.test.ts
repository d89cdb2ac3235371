// More than 300 lines: all that training promises, on the same small model.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chooseKernels, inStretches, modelToBytes, windowsOver } from '@etude/model';
import { loadTensorFlow } from '@etude/tensorflow';
import { describe, expect, it } from 'vitest';
import { trainingWindows } from './batches.js';
import { type CheckpointStore, learningCurveFormat, type TrainingHooks, type TrainingOptions, train } from './index.js';
import { trainingParams } from './params.js';
import { cycle, holdOut, options } from './testing/small-training.js';
import { learningRateAt } from './train.js';

const loaded = await loadTensorFlow();
const { tf } = loaded;
const { kernels } = chooseKernels(loaded, { threads: availableParallelism() });

const run = (changes: Partial<TrainingOptions> = {}, hooks: TrainingHooks = {}, tokens = cycle, share = 0.1) =>
  train({ tf, kernels }, holdOut(tokens, share), { ...options, ...changes }, hooks);
const bytesOf = async (result: Awaited<ReturnType<typeof run>>) => modelToBytes(result.model);

/** Keeps the last checkpoint in memory. */
function memoryStore(): CheckpointStore & { saved: Uint8Array[] } {
  const saved: Uint8Array[] = [];
  return { saved, load: async () => saved.at(-1), save: async (bytes) => void saved.push(bytes) };
}

const onLoss = { on: 'loss', patience: 0, copiedShare: 0 } as const;

describe('train', () => {
  it('learns what can be learnt', async () => {
    const { curve, best } = await run();
    expect(curve.map(({ step }) => step)).toEqual([20, 40, 60]);
    expect(curve[0]!.trainingLoss).toBeGreaterThan(curve[2]!.trainingLoss);
    expect(best.validationLoss).toBeLessThan(0.1);
    expect(best.validationLoss).toBe(Math.min(...curve.map((point) => point.validationLoss!)));
  });

  it.each<[string, Partial<TrainingOptions>]>([
    ['Grid LSTM', { shape: { ...options.shape, model: 'grid-lstm', tied: false, depthPriority: true } }],
    ['tied embeddings', { shape: { ...options.shape, tiedEmbeddings: true } }],
    ['weight decay', { weightDecay: 0.1 }],
    ['warm-up and decay', { warmup: 10, decay: 'cosine' }],
    [
      'locked and recurrent dropout, smoothed labels',
      { lockedDropout: true, recurrentDropout: 0.1, labelSmoothing: 0.05 },
    ],
  ])('learns with %s', async (_, changes) => {
    const { best } = await run(changes);
    expect(best.validationLoss).toBeLessThan(0.3);
  });

  it('shrinks weights that decay', async () => {
    const size = async (weightDecay: number) => {
      const { model } = await run({ steps: 20, weightDecay });
      return tf.mean(tf.abs(model.weights['lstm.0.input.weight']!)).dataSync()[0]!;
    };
    expect(await size(1)).toBeLessThan(0.9 * (await size(0)));
  });

  it('gives the same weights for the same seed, others for another', async () => {
    const bytes = async (seed: number) => bytesOf(await run({ steps: 6, seed }));
    const first = await bytes(1);
    expect(await bytes(1)).toEqual(first);
    expect(await bytes(2)).not.toEqual(first);
  });

  const noise = Int32Array.from({ length: 200 }, (_, i) => (i < 180 ? i % 4 : (i * i * 7) % 4));

  it('keeps the weights of the best point, not of the last', async () => {
    const { best, curve, model } = await run({ dropout: 0, steps: 120 }, {}, noise);
    expect(best.step).toBeLessThan(curve.at(-1)!.step);
    const again = await run({ dropout: 0, steps: best.step }, {}, noise);
    expect(await modelToBytes(model)).toEqual(await bytesOf(again));
  });

  it('ends when the validation loss has not fallen for as long as its patience lasts', async () => {
    const { best, curve, ended } = await run(
      { dropout: 0, steps: 400, earlyStopping: { ...onLoss, patience: 3 } },
      {},
      noise,
    );
    expect(curve.at(-1)!.step).toBe(best.step + 60);
    expect(ended).toBe('the validation loss has not fallen for 3 evaluations');
  });

  it('keeps the likeliest of the points whose songs are new, and ends when there are no more of them', async () => {
    const shares = [0.3, 0.05, 0.08, 0.02, 0.5, 0.6, 0.7];
    let next = 0;
    const hooks = { copiedShare: async () => shares[next++] ?? 1 };
    const earlyStopping = { on: 'novelty' as const, patience: 3, copiedShare: 0.1 };
    const { best, curve, ended } = await run({ dropout: 0, steps: 400, earlyStopping }, hooks);
    // Of a cycle the loss falls all the time.
    expect(best).toMatchObject({ step: 80, copiedShare: 0.02 });
    expect(curve.map(({ copiedShare }) => copiedShare)).toEqual(shares);
    expect(ended).toBe('no new songs have become likelier for 3 evaluations');
    expect(learningCurveFormat.serialize({ points: curve, kept: best })).toMatch(
      /^40,.*,0\.0500,\n.*\n80,.*,0\.0200,yes\n/m,
    );
  });

  it('keeps the point that copies least where all copy too much', async () => {
    let next = 0;
    const hooks = { copiedShare: async () => [0.9, 0.5, 0.7][next++]! };
    const earlyStopping = { on: 'novelty' as const, patience: 0, copiedShare: 0.1 };
    expect((await run({ steps: 60, earlyStopping }, hooks)).best.copiedShare).toBe(0.5);
  });

  it('can hold nothing out', async () => {
    const { best, curve } = await run({ steps: 25 }, {}, cycle, 0);
    expect(best.step).toBe(25);
    expect(curve.map((point) => point.validationLoss)).toEqual([undefined, undefined]);
    expect(learningCurveFormat.serialize({ points: curve, kept: best })).toMatch(
      /^step,epoch,training_loss,validation_loss,copied_share,kept\n20,\d+,[\d.]+,,,\n25,\d+,[\d.]+,,,yes\n$/,
    );
  });

  it('says what is wrong with a piece that is too short and a rate that is too high', async () => {
    await expect(run({}, {}, cycle.subarray(0, 2))).rejects.toThrow(
      'expected at least 3 tokens to learn from, found 2',
    );
    await expect(run({ learningRate: 1e30, clip: 1e30 })).rejects.toThrow(
      /training diverged: the (loss is (NaN|Infinity)|gradients are not finite) at step \d+; try a lower learningRate/,
    );
  });

  it('reads at most 4,096 stretches side by side', () => {
    expect(trainingParams.shape.batch.safeParse(4096).success).toBe(true);
    expect(trainingParams.shape.batch.safeParse(4097).success).toBe(false);
  });

  it('is refused where it would take more memory than there is, with the figures', async () => {
    const shape = { ...options.shape, units: 4096, layers: 8 };
    await expect(run({ shape }, { memory: 24e9 })).rejects.toThrow(
      'training needs about 73.5 GB of memory, and 24.0 GB are available: ' +
        'try fewer units (4096) or layers (8), or a smaller batch (4) or window (8)',
    );
  });

  it.each([
    'OOM when allocating tensor with shape[4096,16384]\n  at somewhere',
    'Array buffer allocation failed',
  ])('is one error where memory runs out all the same: %j', async (message) => {
    const unitsOfWork = () => () => {
      throw new Error(message);
    };
    const training = train({ tf, kernels: { ...kernels, unitsOfWork } }, holdOut(cycle), options);
    await expect(training).rejects.toThrow(
      expect.objectContaining({
        name: 'TrainingError',
        message: `there is not enough memory: ${message.split('\n')[0]}`,
      }),
    );
  });

  it('ends with what was learnt before it diverged', async () => {
    // A warm-up of this length reaches a rate that is far too high after there is something to keep.
    const { best, ended, model } = await run({ learningRate: 40, warmup: 3000, clip: 1e9, steps: 3000 });
    expect(ended).toMatch(/^training diverged: the loss is [\d.]+, twice that of blind guessing at step \d+$/);
    expect(best.validationLoss).toBeLessThan(1);
    const values = Object.values(model.weights).flatMap((weight) => [...weight.dataSync()]);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('trains on the shortest piece that it accepts', async () => {
    const { curve } = await run({ steps: 3 }, {}, cycle.subarray(0, 3), 0);
    expect(curve.at(-1)!.step).toBe(3);
  });

  it('reports progress and stops when it is told to', async () => {
    const controller = new AbortController();
    const steps: number[] = [];
    const onProgress = ({ step }: { step: number }) => {
      steps.push(step);
      if (step === 3) controller.abort(new Error('enough'));
    };
    await expect(run({}, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(steps).toEqual([1, 2, 3]);
  });

  it('does not grow over 2,000 steps', async () => {
    const shape = { ...options.shape, units: 64 };
    const growing = { shape, evaluateEvery: 500 };
    // Kernels keep constants from their first use on.
    tf.dispose((await run({ ...growing, steps: 30 })).model.weights as never);
    const before = tf.memory().numTensors;
    // V8 lets its heap grow as it likes; tensors are outside of it.
    const outsideOfTheHeap = () => process.memoryUsage.rss() - process.memoryUsage().heapTotal;
    let early = 0;
    let late = 0;
    const onProgress = ({ step }: { step: number }) => {
      if (step === 500) early = outsideOfTheHeap();
      if (step === 2000) late = outsideOfTheHeap();
    };
    // A leak of the gates of one layer, or of the gradients, would come to 100 MB and more.
    const { model } = await run({ ...growing, steps: 2000 }, { onProgress });
    tf.dispose(model.weights as never);
    expect(tf.memory().numTensors).toBe(before);
    expect(late - early).toBeLessThan(30e6);
  }, 120_000);
});

describe('a checkpoint', () => {
  // The last epoch begins between the last point of the curve that comes by steps and the end.
  const long = { steps: 49, evaluateEvery: 10, dropout: 0.3, recurrentDropout: 0.2 };

  it('of any step leads to the same bytes and the same curve as a run that was never stopped', async () => {
    const whole = await run(long);
    expect(whole.curve.map(({ step, epoch }) => [step, epoch]).slice(-2)).toEqual([
      [40, 4],
      [49, 5],
    ]);
    const store = memoryStore();
    expect(await bytesOf(await run(long, { checkpoints: store, checkpointEvery: 0 }))).toEqual(await bytesOf(whole));
    expect(store.saved).toHaveLength(50); // one each step, and the one at the end
    // The last is that of the end, of before the evaluation that only the end asks for.
    for (const saved of store.saved) {
      const resumed: number[] = [];
      const checkpoints = { load: async () => saved, save: async () => {} };
      const again = await run(long, { checkpoints, onResume: (step) => resumed.push(step) });
      expect(resumed).toHaveLength(1);
      expect(await bytesOf(again)).toEqual(await bytesOf(whole));
      expect(again.curve).toEqual(whole.curve);
    }
  });

  it.each<[string, Partial<TrainingOptions>, TrainingHooks]>([
    ['a Grid LSTM', { shape: { ...options.shape, model: 'grid-lstm', tied: false, depthPriority: false } }, {}],
    ['patience', { evaluateEvery: 3, dropout: 0, earlyStopping: { ...onLoss, patience: 2 }, learningRate: 0.3 }, {}],
    [
      'novelty',
      { evaluateEvery: 4, earlyStopping: { on: 'novelty', patience: 0, copiedShare: 0.5 } },
      { copiedShare: async ({ weights }) => Math.abs(weights['output.bias']!.dataSync()[0]! * 100) % 1 },
    ],
    [
      // All copy too much, and the weights grow: the first point stays the best.
      'a best point long before the end',
      { evaluateEvery: 4, earlyStopping: { on: 'novelty', patience: 0, copiedShare: 0 } },
      { copiedShare: async ({ weights }) => tf.mean(tf.abs(weights['output.bias']!)).dataSync()[0]! },
    ],
    ['warm-up, decay and weight decay', { warmup: 7, decay: 'cosine', weightDecay: 0.1, evaluateEvery: 50 }, {}],
    ['a mean of the weights', { averaging: 0.8 }, {}],
  ])('of any step leads to the same bytes with %s', async (_, changes, hooks) => {
    const short = { ...long, steps: 17, evaluateEvery: 5, ...changes };
    const whole = await run(short, hooks);
    const store = memoryStore();
    await run(short, { ...hooks, checkpoints: store, checkpointEvery: 0 });
    expect(store.saved.length).toBeGreaterThan(2);
    for (const saved of store.saved) {
      const again = await run(short, { ...hooks, checkpoints: { load: async () => saved, save: async () => {} } });
      expect(await bytesOf(again)).toEqual(await bytesOf(whole));
      expect({ curve: again.curve, best: again.best, ended: again.ended }).toEqual({
        ...{ curve: whole.curve, best: whole.best, ended: whole.ended },
      });
    }
  });

  it('of other kernels is not carried on, which is said', async () => {
    const store = memoryStore();
    const others = { ...kernels, computedBy: 'other kernels on TensorFlow 1' };
    await train({ tf, kernels: others }, holdOut(cycle), { ...options, steps: 10 }, { checkpoints: store });
    const reasons: string[] = [];
    const resumed: number[] = [];
    const again = await run(
      { steps: 20 },
      { checkpoints: store, onStartOver: (reason) => reasons.push(reason), onResume: (step) => resumed.push(step) },
    );
    expect(reasons).toEqual([`it was computed by other kernels on TensorFlow 1, and this is ${kernels.computedBy}`]);
    expect(resumed).toEqual([]);
    expect(await bytesOf(again)).toEqual(await bytesOf(await run({ steps: 20 })));
  });

  it('is saved when training is stopped, and training goes on from it', async () => {
    const whole = await run(long);
    const store = memoryStore();
    const controller = new AbortController();
    const onProgress = ({ step }: { step: number }) => step === 13 && controller.abort(new Error('enough'));
    await expect(run(long, { signal: controller.signal, onProgress, checkpoints: store })).rejects.toThrow('enough');
    expect(store.saved).toHaveLength(1);
    const steps: number[] = [];
    const again = await run(long, { checkpoints: store, onProgress: ({ step }) => steps.push(step) });
    expect(steps[0]).toBe(14);
    expect(await bytesOf(again)).toEqual(await bytesOf(whole));
  });

  it('of finished training is where longer training goes on, to the same bytes as from the start', async () => {
    const store = memoryStore();
    await run({ ...long, steps: 33 }, { checkpoints: store });
    const steps: number[] = [];
    const longer = await run(
      { ...long, steps: 60 },
      { checkpoints: store, onProgress: ({ step }) => steps.push(step) },
    );
    expect(steps[0]).toBe(34);
    const whole = await run({ ...long, steps: 60 });
    expect(await bytesOf(longer)).toEqual(await bytesOf(whole));
    expect(longer.curve).toEqual(whole.curve);
  });

  it('that is further on than training is to go is left alone', async () => {
    const store = memoryStore();
    await run({ ...long, steps: 33 }, { checkpoints: store });
    const shorter = await run({ ...long, steps: 20 }, { checkpoints: store });
    expect(await bytesOf(shorter)).toEqual(await bytesOf(await run({ ...long, steps: 20 })));
  });

  it('lets a run that is killed with -9 at 50 random moments end in the same bytes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'etude-train-'));
    const script = fileURLToPath(new URL('../testing/killed-training.js', import.meta.url));
    const training = JSON.stringify({
      ...options,
      steps: 1500,
      evaluateEvery: 10,
      dropout: 0.3,
      shape: { ...options.shape, vocabulary: 7 },
    });
    const start = (name: string) => {
      const child = spawn(process.execPath, [script, join(folder, name), training], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      return { child, closed: once(child, 'close') };
    };
    const undisturbed = start('undisturbed');
    undisturbed.child.stdout.resume();
    expect((await undisturbed.closed)[0]).toBe(0);
    for (let kills = 0; kills < 50; kills++) {
      const { child, closed } = start('killed');
      await once(child.stdout, 'data'); // comes with the first step, after all that takes long at the start
      await sleep(Math.random() * 40);
      child.kill('SIGKILL');
      await closed;
    }
    expect(existsSync(join(folder, 'killed.model'))).toBe(false);
    const { child, closed } = start('killed');
    const [line] = await once(child.stdout, 'data');
    // It went on each time; how far it came before it was killed is up to the machine.
    expect(Number.parseInt(String(line), 10)).toBeGreaterThan(10);
    child.stdout.resume();
    await closed;
    expect(readFileSync(join(folder, 'killed.model'))).toEqual(readFileSync(join(folder, 'undisturbed.model')));
  }, 900_000);
});

describe('the learning rate', () => {
  it('grows over the warm-up, and falls to zero where it is to', () => {
    const rate = (step: number, decay: 'none' | 'cosine') =>
      learningRateAt(step, { learningRate: 1, warmup: 4, decay, steps: 101 });
    expect([1, 2, 3, 4, 5, 6, 100].map((step) => rate(step, 'none'))).toEqual([0.2, 0.4, 0.6, 0.8, 1, 1, 1]);
    expect(rate(51, 'cosine')).toBeCloseTo(0.5, 1);
    expect(rate(101, 'cosine')).toBeLessThan(0.001);
  });
});

describe('windows', () => {
  it('read stretches side by side, each window going on where the last one ended', () => {
    const windows = [...windowsOver(inStretches([{ ids: Int32Array.from({ length: 11 }, (_, i) => i) }], 2), 2, 3)];
    expect(windows.map(({ inputs }) => [...inputs])).toEqual([
      [0, 5, 1, 6, 2, 7],
      [3, 8, 4, 9],
    ]);
    expect(windows.map(({ targets }) => [...targets])).toEqual([
      [1, 6, 2, 7, 3, 8],
      [4, 9, 5, 10],
    ]);
  });

  it('begin each epoch with a fresh state', () => {
    const windows = trainingWindows([{ ids: Int32Array.from({ length: 23 }, (_, i) => i) }], {
      rows: 2,
      window: 4,
      seed: 1,
    });
    const seen = Array.from({ length: 12 }, () => windows.next().value!);
    const epochs = seen.map(({ epoch }) => epoch);
    expect(epochs[0]).toBe(1);
    expect(epochs.at(-1)).toBeGreaterThan(2);
    expect(seen.map(({ fresh }) => fresh)).toEqual(
      epochs.map((epoch, i) => new Array(2).fill(i === 0 || epoch !== epochs[i - 1])),
    );
  });

  it.each([
    ['one piece', [23]],
    ['several', [9, 3, 30, 2, 14]],
  ])('can begin at any one of them: %s', (_, lengths) => {
    const tokens = lengths.map((length) => ({ ids: Int32Array.from({ length }, (_, i) => i) }));
    const first = (from: number, count: number) => {
      const windows = trainingWindows(tokens, { rows: 2, window: 4, seed: 1, from });
      return Array.from({ length: count }, () => windows.next().value!);
    };
    const all = first(0, 12);
    for (let from = 0; from < 12; from++) expect(first(from, 12 - from)).toEqual(all.slice(from));
  });

  it('read every token of every piece once an epoch, in its place, from a fresh state on', () => {
    const sequences = [9, 3, 30, 2, 14].map((length, piece) => ({
      ids: Int32Array.from({ length }, (_, i) => 100 * piece + i),
    }));
    const rows = 3;
    const seen: number[] = [];
    const last = new Array<number>(rows).fill(-1);
    let transitions = 0;
    for (const { inputs, targets, counted, fresh, epoch } of trainingWindows(sequences, { rows, window: 4, seed: 1 })) {
      if (epoch > 1) break;
      transitions += counted;
      expect(targets.filter((target) => target >= 0)).toHaveLength(counted);
      targets.forEach((target, i) => {
        const row = i % rows;
        if (target < 0) return;
        expect(target).toBe(inputs[i]! + 1);
        // Either the row goes on, or it says that something else begins.
        if (i < rows && !fresh[row]) expect(inputs[i]).toBe(last[row]);
        last[row] = target;
        seen.push(target);
      });
    }
    expect(transitions).toBe(9 + 3 + 30 + 2 + 14 - 5);
    const all = sequences.flatMap(({ ids }) => [...ids.subarray(1)]);
    expect(seen.sort((a, b) => a - b)).toEqual(all);
  });
});
