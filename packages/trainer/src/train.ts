import {
  type Computing,
  carryOn,
  initialWeights,
  lossAndGradients,
  type Model,
  meanLoss,
  replaceState,
  type Sequence,
  type TokenWindow,
  type Weights,
  windowTensors,
  zeroState,
} from '@etude/model';
import { createRandom } from '@etude/music';
import { disposeOf, type TensorFlow } from '@etude/tensorflow';
import { Adam } from './adam.js';
import { trainingWindows } from './batches.js';
import { fromCheckpoint, toCheckpoint } from './checkpoint-format.js';
import { trainingMemory } from './memory.js';
import type { EarlyStopping, TrainingOptions } from './options.js';
import { Pace } from './pace.js';
import type { CurvePoint, TrainingState } from './training-state.js';
import { WeightAverage } from './weight-average.js';

export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  /** of the last step, in nats per token */
  readonly loss: number;
  readonly tokensPerSecond: number;
  /** set once for each new point of the learning curve */
  readonly point?: CurvePoint;
}

export interface TrainingResult {
  /** the weights of the point with the lowest validation loss, of the last one where nothing is held out, or of the one that was stopped at for its copies */
  readonly model: Model;
  readonly best: CurvePoint;
  readonly curve: readonly CurvePoint[];
  /** why training ended before all steps were made; undefined where it did not */
  readonly ended?: string;
}

/** What to learn from: sequences of tokens, in each of which every token but the first is to be told. */
export interface Corpus {
  readonly training: readonly Sequence[];
  /** held out; none: the last weights are kept */
  readonly validation: readonly Sequence[];
}

/** A place that outlives the process, for one checkpoint. What is saved is there as a whole or not at all. */
export interface CheckpointStore {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
}

export interface TrainingHooks {
  readonly signal?: AbortSignal;
  /** bytes that training may take; more is refused before it begins */
  readonly memory?: number;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly checkpoints?: CheckpointStore;
  /** seconds of training from one checkpoint to the next, once training has taken as long; at first more often */
  readonly checkpointEvery?: number;
  /** share of the notes of short songs that are copied, 0 to 1, at each point of the curve; for `earlyStopping` on novelty */
  readonly copiedShare?: (model: Model) => Promise<number>;
  /** told where training goes on from a checkpoint */
  readonly onResume?: (step: number) => void;
  /** told why training does not go on from a checkpoint that there is */
  readonly onStartOver?: (reason: string) => void;
}

/** Training cannot go on, and the user can do something about it. */
export class TrainingError extends Error {
  override name = 'TrainingError';
}

/**
 * Trains a language model on pieces (token ids) by truncated back-propagation with Adam. The same seed gives the same
 * weights on the same machine, whether training was interrupted or not, and on to more steps as if it had been that long
 * from the start: all that is random follows from the seed and the number of the step or epoch.
 *
 * @throws {TrainingError} where there is too little to learn from, or too little memory, or training diverged before there was anything to keep
 * @throws the signal's reason where it is aborted; a checkpoint was saved before
 * @example
 * const { model, curve } = await train({ tf, kernels }, { training: [{ ids }], validation: [] }, options);
 */
export async function train(
  computing: Computing,
  corpus: Corpus,
  options: TrainingOptions,
  hooks: TrainingHooks = {},
): Promise<TrainingResult> {
  try {
    return await trained(computing, corpus, options, hooks);
  } catch (error) {
    // TensorFlow, the kernels and Node each say so in words of their own.
    const isOutOfMemory = error instanceof Error && /\bOOM\b|out of memory|allocation failed/i.test(error.message);
    throw isOutOfMemory ? new TrainingError(`there is not enough memory: ${error.message.split('\n')[0]}`) : error;
  }
}

async function trained(
  { tf, kernels }: Computing,
  { training, validation }: Corpus,
  options: TrainingOptions,
  { signal, memory, onProgress, checkpoints, checkpointEvery = 30, copiedShare, onResume, onStartOver }: TrainingHooks,
): Promise<TrainingResult> {
  const { shape, steps, window, evaluateEvery, earlyStopping } = options;
  const sequences = training.filter(({ ids }) => ids.length >= 2);
  const transitions = sequences.reduce((sum, { ids }) => sum + ids.length - 1, 0);
  const rows = Math.min(options.batch, Math.floor(transitions / 2));
  if (rows < 1) {
    const count = (parts: readonly Sequence[]) => parts.reduce((sum, { ids }) => sum + ids.length, 0);
    throw new TrainingError(
      `expected at least 3 tokens to learn from, found ${count(training)} (${count(validation)} more are held out)`,
    );
  }
  const tokens = rows * Math.min(window, Math.ceil(transitions / rows));
  const needed = trainingMemory(shape, tokens, options.averaging > 0);
  if (memory !== undefined && needed > memory) {
    throw new TrainingError(
      `training needs about ${gigabytes(needed)} of memory, and ${gigabytes(memory)} are available: ` +
        `try fewer units (${shape.units}) or layers (${shape.layers}), or a smaller batch (${rows}) or window (${window})`,
    );
  }
  const heldOut = validation.filter(({ ids }) => ids.length >= 2);

  const saved = await checkpoints?.load();
  const resumed = saved && fromCheckpoint(tf, kernels, saved, options);
  if (typeof resumed === 'object') onResume?.(resumed.step);
  else if (resumed) onStartOver?.(resumed);
  const state = typeof resumed === 'object' ? resumed : firstState({ tf, kernels }, options, rows);
  const windows = trainingWindows(sequences, { rows, window, seed: options.seed, from: state.step });
  const pace = new Pace();
  const unit = kernels.unitsOfWork();
  const startedAt = performance.now();
  let savedAt = startedAt;
  let ended: string | undefined;
  /** what shows that training diverged */
  let divergence: string | undefined;

  const evaluate = async () => {
    const weights = weightsToKeep(state);
    const model = { shape, weights };
    const validationLoss = heldOut.length === 0 ? undefined : meanLoss({ tf, kernels }, model, heldOut, window);
    const share = await copiedShare?.(model);
    const point: CurvePoint = {
      ...{ step: state.step, epoch: state.epoch, trainingLoss: state.lossSum / state.lossCount, validationLoss },
      ...(share !== undefined && { copiedShare: share }),
    };
    state.curve.push(point);
    [state.lossSum, state.lossCount] = [0, 0];
    if (isBetter(point, state.best?.point, earlyStopping)) {
      if (state.best) disposeOf(tf, state.best.weights);
      state.best = { point, weights: copy(tf, weights) };
    }
    return point;
  };
  const save = async () => {
    await checkpoints?.save(await toCheckpoint(state, kernels));
    savedAt = performance.now();
  };

  while (state.step < steps) {
    const sinceBest = state.curve.length - 1 - state.curve.findIndex(({ step }) => step === state.best?.point.step);
    if (earlyStopping.patience > 0 && state.best && sinceBest >= earlyStopping.patience) {
      const what =
        earlyStopping.on === 'loss' ? 'the validation loss has not fallen' : 'no new songs have become likelier';
      ended = `${what} for ${sinceBest} evaluations`;
      break;
    }
    if (signal?.aborted) {
      await save();
      throw signal.reason;
    }
    const next = windows.next().value!;
    state.epoch = next.epoch;
    state.carried = replaceState(tf, state.carried, carryOn(tf, shape, state.carried, next));
    const stepLoss = unit(() => makeStep({ tf, kernels }, state, next, options));
    if (stepLoss === undefined || !Number.isFinite(stepLoss)) {
      const what = stepLoss === undefined ? 'the gradients are not finite' : `the loss is ${stepLoss}`;
      divergence = `${what} at step ${state.step + 1}`;
      break;
    }
    state.step += 1;
    let point: CurvePoint | undefined;
    if (state.step % evaluateEvery === 0) {
      point = await evaluate();
      // Guessing blindly costs ln V nats per token.
      if (point.trainingLoss > 2 * Math.log(shape.vocabulary) && state.curve.length > 1) {
        const what = `the loss is ${point.trainingLoss.toFixed(1)}, twice that of blind guessing`;
        divergence = `${what} at step ${state.step}`;
        break;
      }
    }
    pace.add(next.counted);
    const progress = { step: state.step, steps, loss: stepLoss, tokensPerSecond: pace.perSecond() };
    onProgress?.(point === undefined ? progress : { ...progress, point });
    // Never more than half of the time is lost: a checkpoint comes when as long again has passed, from 1 second on.
    const due = Math.min(checkpointEvery * 1000, Math.max(1000, savedAt - startedAt));
    if (performance.now() - savedAt > due) await save();
    // Lets signals and timers in: training itself never waits for anything.
    await new Promise(setImmediate);
  }
  if (divergence !== undefined) ended = `training diverged: ${divergence}`;
  else {
    // For longer training later, which would not be evaluated here: so before the evaluation that only the end asks for.
    await save();
    if (state.lossCount > 0) await evaluate();
  }
  disposeOf(tf, state.carried);
  state.adam.dispose();
  state.average?.dispose();
  if (state.best === undefined) throw new TrainingError(`${ended}; try a lower learningRate or clip`);
  const { point, weights } = state.best;
  return { model: { shape, weights }, best: point, curve: state.curve, ...(ended !== undefined && { ended }) };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Whether the weights of a point are to be kept in place of those of the best one before. */
function isBetter(point: CurvePoint, best: CurvePoint | undefined, { on, copiedShare }: EarlyStopping): boolean {
  if (best === undefined) return true;
  const isNew = ({ copiedShare: share = 0 }: CurvePoint) => on === 'loss' || share <= copiedShare;
  if (isNew(point) !== isNew(best)) return isNew(point);
  // Where all songs copy too much the less is the better.
  if (!isNew(point)) return point.copiedShare! < best.copiedShare!;
  return best.validationLoss === undefined || point.validationLoss! < best.validationLoss;
}

function firstState({ tf, kernels }: Computing, options: TrainingOptions, rows: number): TrainingState {
  const { shape, averaging, seed } = options;
  const weights = options.firstWeights?.() ?? initialWeights(tf, shape, createRandom(seed));
  return {
    ...{ step: 0, epoch: 1, best: undefined, curve: [], lossSum: 0, lossCount: 0 },
    average: averaging > 0 ? new WeightAverage(tf, averaging, copy(tf, weights)) : undefined,
    adam: new Adam({ tf, kernels }, weights, options),
    carried: zeroState(tf, shape, rows),
  };
}

function weightsToKeep({ average, adam }: TrainingState): Weights {
  return (average ?? adam).weights;
}

/** One update of the weights; undefined, and no update, where the gradients are not finite. */
function makeStep(
  { tf, kernels }: Computing,
  state: TrainingState,
  next: TokenWindow,
  options: TrainingOptions,
): number | undefined {
  const step = state.step + 1;
  const tensors = windowTensors(tf, next);
  const { weights } = state.adam;
  const model = { shape: options.shape, weights };
  const window = { ...tensors, regularization: { ...options, step } };
  const result = lossAndGradients({ tf, kernels }, model, state.carried, window);
  state.carried = replaceState(tf, state.carried, result.state);
  const stepLoss = result.loss.dataSync()[0]!;
  let norm = 0;
  if (Number.isFinite(stepLoss)) {
    norm = state.adam.update(result.gradients, learningRateAt(step, options));
    if (Number.isFinite(norm)) state.average?.add(state.adam.weights, step);
    state.lossSum += stepLoss;
    state.lossCount += 1;
  }
  disposeOf(tf, [tensors, result.loss, result.gradients]);
  return Number.isFinite(norm) ? stepLoss : undefined;
}

/** @param step counted from 1 */
export function learningRateAt(
  step: number,
  { learningRate, warmup, decay, steps }: Pick<TrainingOptions, 'learningRate' | 'warmup' | 'decay' | 'steps'>,
): number {
  const warm = Math.min(1, step / (warmup + 1));
  return learningRate * warm * (decay === 'cosine' ? (1 + Math.cos((Math.PI * (step - 1)) / steps)) / 2 : 1);
}

function copy(tf: TensorFlow, weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, tf.clone(weight)]));
}
