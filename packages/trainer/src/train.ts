import {
  createRandom,
  initialWeights,
  loss,
  lossAndGradients,
  type Model,
  type Random,
  type StackedLstmShape,
  type State,
  type Weights,
  zeroState,
} from '@etude/model';
import type { Tensor2D, TensorFlow } from '@etude/tensorflow';
import { Adam } from './adam.js';
import { trainingWindows, windowsOver } from './batches.js';

export interface TrainingOptions {
  readonly shape: StackedLstmShape;
  /** how many updates of the weights to make */
  readonly steps: number;
  /** rows that are read side by side */
  readonly batch: number;
  /** time steps of a window: how far back a gradient reaches */
  readonly window: number;
  readonly learningRate: number;
  readonly clip: number;
  /** share of a layer's input map that is dropped in training, 0 to below 1 */
  readonly dropout: number;
  /** share of the piece, from its end, that is held out, 0 to below 1 */
  readonly validation: number;
  /** steps from one point of the learning curve to the next */
  readonly evaluateEvery: number;
  readonly seed: number;
}

export interface CurvePoint {
  readonly step: number;
  /** how many times the training part was begun */
  readonly epoch: number;
  /** nats per token, mean since the last point, dropout in force */
  readonly trainingLoss: number;
  /** nats per token without dropout; undefined where nothing is held out */
  readonly validationLoss: number | undefined;
}

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
  /** the weights of the point with the lowest validation loss, or the last ones where nothing is held out */
  readonly model: Model;
  readonly best: CurvePoint;
  readonly curve: readonly CurvePoint[];
}

/** Training cannot go on, and the user can do something about it. */
export class TrainingError extends Error {
  override name = 'TrainingError';
}

/**
 * Trains a stacked LSTM on a piece (token ids) by truncated back-propagation with Adam. The same seed gives the same
 * weights on the same machine.
 *
 * @throws {TrainingError} where the piece is too short or the loss is no longer a number
 * @throws the signal's reason where it is aborted
 */
export async function train(
  tf: TensorFlow,
  tokens: Int32Array,
  options: TrainingOptions,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: TrainingProgress) => void } = {},
): Promise<TrainingResult> {
  const { shape, steps, window, dropout, evaluateEvery } = options;
  const heldOut = Math.floor(tokens.length * options.validation);
  const training = tokens.subarray(0, tokens.length - heldOut);
  // The first validation token is predicted from the last one of the training part.
  const validation = heldOut === 0 ? undefined : tokens.subarray(tokens.length - heldOut - 1);
  const rows = Math.min(options.batch, Math.floor((training.length - 1) / 2));
  if (rows < 1) {
    throw new TrainingError(
      `expected at least 3 tokens to learn from, found ${training.length} (${heldOut} more are held out)`,
    );
  }

  const weightsRandom = createRandom(options.seed, 0);
  const windows = trainingWindows(training, rows, window, createRandom(options.seed, 1));
  const dropoutRandom = createRandom(options.seed, 2);
  const adam = new Adam(tf, initialWeights(tf, shape, weightsRandom), options);
  let state = zeroState(tf, shape, rows);
  let best: { point: CurvePoint; weights: Weights } | undefined;
  const curve: CurvePoint[] = [];
  let lossSum = 0;
  let lossCount = 0;
  const pace = new Pace();

  for (let step = 1; step <= steps; step++) {
    signal?.throwIfAborted();
    const next = windows.next().value!;
    if (next.fresh) state = replace(tf, state, zeroState(tf, shape, rows));
    const inputs = tf.tensor1d(next.inputs, 'int32');
    const targets = tf.tensor1d(next.targets, 'int32');
    const masks = dropout === 0 ? undefined : dropoutMasks(tf, shape, next.inputs.length, dropout, dropoutRandom);
    const result = lossAndGradients(tf, shape, adam.weights, state, { inputs, targets, steps: next.steps }, masks);
    state = replace(tf, state, result.state);
    const stepLoss = result.loss.dataSync()[0]!;
    if (!Number.isFinite(stepLoss)) {
      throw new TrainingError(
        `the loss is ${stepLoss} at step ${step}: training diverged; try a lower learningRate or clip`,
      );
    }
    adam.update(result.gradients);
    tf.dispose([inputs, targets, masks ?? [], result.loss, result.gradients] as never);
    lossSum += stepLoss;
    lossCount += 1;

    let point: CurvePoint | undefined;
    if (step % evaluateEvery === 0 || step === steps) {
      const validationLoss = validation && evaluate(tf, shape, adam.weights, validation, window);
      point = { step, epoch: next.epoch, trainingLoss: lossSum / lossCount, validationLoss };
      curve.push(point);
      [lossSum, lossCount] = [0, 0];
      const isBest = best?.point.validationLoss === undefined || validationLoss! < best.point.validationLoss;
      if (isBest) {
        if (best) tf.dispose(best.weights as never);
        best = { point, weights: copy(tf, adam.weights) };
      }
    }
    pace.add(next.inputs.length);
    const progress = { step, steps, loss: stepLoss, tokensPerSecond: pace.perSecond() };
    onProgress?.(point === undefined ? progress : { ...progress, point });
    // Lets signals and timers in: training itself never waits for anything.
    await new Promise(setImmediate);
  }
  tf.dispose([state, adam.weights] as never);
  adam.dispose();
  return { model: { shape, weights: best!.weights }, best: best!.point, curve };
}

/** Mean loss over a piece in nats per token, without dropout, the state carried through. */
function evaluate(
  tf: TensorFlow,
  shape: StackedLstmShape,
  weights: Weights,
  tokens: Int32Array,
  window: number,
): number {
  // Rows side by side are faster but begin without context, so each gets at least four windows of its own.
  const rows = Math.max(1, Math.floor(tokens.length / (4 * window)));
  let state = zeroState(tf, shape, rows);
  let sum = 0;
  let count = 0;
  for (const { inputs, targets, steps } of windowsOver(tokens, rows, window)) {
    const part = { inputs: tf.tensor1d(inputs, 'int32'), targets: tf.tensor1d(targets, 'int32'), steps };
    const result = loss(tf, shape, weights, state, part);
    state = replace(tf, state, result.state);
    sum += result.loss.dataSync()[0]! * inputs.length;
    count += inputs.length;
    tf.dispose([part.inputs, part.targets, result.loss]);
  }
  tf.dispose(state as never);
  return sum / count;
}

/** A mask a layer: 0 with probability `dropout`, otherwise what keeps the mean (T·B, 4H). */
function dropoutMasks(tf: TensorFlow, { units, layers }: StackedLstmShape, n: number, dropout: number, random: Random) {
  return Array.from({ length: layers }, () => {
    const mask = new Float32Array(n * 4 * units);
    const kept = 1 / (1 - dropout);
    for (let i = 0; i < mask.length; i++) mask[i] = random.next() < dropout ? 0 : kept;
    return tf.tensor2d(mask, [n, 4 * units]) as Tensor2D;
  });
}

function replace(tf: TensorFlow, before: State, after: State): State {
  tf.dispose(before as never);
  return after;
}

function copy(tf: TensorFlow, weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, tf.clone(weight)]));
}

/** Tokens per second over the last few seconds. */
class Pace {
  readonly #marks: { at: number; tokens: number }[] = [{ at: performance.now(), tokens: 0 }];

  add(tokens: number): void {
    this.#marks.push({ at: performance.now(), tokens: this.#marks.at(-1)!.tokens + tokens });
    if (this.#marks.length > 50) this.#marks.shift();
  }

  perSecond(): number {
    const [first, last] = [this.#marks[0]!, this.#marks.at(-1)!];
    return ((last.tokens - first.tokens) / Math.max(1, last.at - first.at)) * 1000;
  }
}
