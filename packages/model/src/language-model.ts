import type { Random } from '@etude/music';
import type { Tensor, Tensor1D, Tensor2D, TensorFlow } from '@etude/tensorflow';
import type { Body, BodyModel, BodyRun, State, Weights } from './body.js';
import { conditionShapes, conditionWeights, directLogits, type ModelConditions } from './conditions.js';
import { type GridLstmShape, gridLstm } from './grid-lstm.js';
import { type Dropout, dropoutKey } from './kernels/dropout.js';
import type { Computing, Kernels, LayerDropout } from './kernels/kernels.js';
import { type StackedLstmShape, stackedLstm } from './stacked-lstm.js';

// Shapes: T time steps, B rows of a batch, H units, V tokens of the vocabulary, K conditions of each token.

export type LanguageModelShape = (StackedLstmShape | GridLstmShape) & {
  /** V: tokens in the vocabulary */
  readonly vocabulary: number;
  /** the output map is the embedding, transposed (Press and Wolf 2017) */
  readonly tiedEmbeddings: boolean;
  /** absent where the model is told nothing but tokens */
  readonly conditions?: ModelConditions | undefined;
};

/** A language model: its shape and its weights. */
export type Model = BodyModel<LanguageModelShape>;

export function bodyOf(shape: LanguageModelShape): Body<LanguageModelShape> {
  return (shape.model === 'grid-lstm' ? gridLstm : stackedLstm) as Body<LanguageModelShape>;
}

/**
 * Shapes of the weights by name, in the order in which they are made and stored.
 * @example
 * weightShapes({ model: 'stacked-lstm', vocabulary: 6, units: 4, layers: 1, tiedEmbeddings: false })['output.weight']; // [4, 6]
 */
export function weightShapes(shape: LanguageModelShape): Record<string, number[]> {
  const { vocabulary: V, units: H, tiedEmbeddings, conditions } = shape;
  return {
    embedding: [V, H],
    ...(conditions && conditionShapes(conditions, H, V)),
    ...bodyOf(shape).weightShapes(shape),
    ...(tiedEmbeddings ? {} : { 'output.weight': [H, V] }),
    'output.bias': [V],
  };
}

/**
 * New weights: uniform within ±1/√H, as in PyTorch's LSTM, but for the embedding (±√3, variance 1, unless it is the output
 * map as well) and the input maps (±4/√H). The layers above see hidden states of about a tenth, and with smaller weights
 * a stack of four passes so little on that it hardly learns to repeat what it has just read: on the tune book the best
 * validation loss of four layers is 1.66 nats with a factor of 4, 1.82 with 2.
 * @example
 * const model = { shape, weights: initialWeights(tf, shape, createRandom(1)) };
 */
export function initialWeights(tf: TensorFlow, shape: LanguageModelShape, random: Random): Weights {
  const H = shape.units;
  const weights: Record<string, Tensor> = {};
  for (const [name, dimensions] of Object.entries(weightShapes(shape))) {
    const isLarge = name === 'embedding' && !shape.tiedEmbeddings;
    const bound = isLarge ? Math.sqrt(3) : (name.endsWith('input.weight') ? 4 : 1) / Math.sqrt(H);
    const values = new Float32Array(dimensions.reduce((a, b) => a * b));
    for (let i = 0; i < values.length; i++) values[i] = (2 * random.next() - 1) * bound;
    weights[name] = tf.tensor(values, dimensions);
  }
  return weights;
}

/**
 * The state in which a piece begins: for each layer a hidden and a cell state of zeros (B, H). The caller disposes of them.
 * @param rows of the batch (B)
 * @example
 * zeroState(tf, { ...shape, layers: 2, units: 4 }, 3)[1].hidden.shape; // [3, 4]
 */
export function zeroState(tf: TensorFlow, { units, layers }: LanguageModelShape, rows: number): State {
  return Array.from({ length: layers }, () => ({
    hidden: tf.zeros<Tensor2D['rankType']>([rows, units]) as Tensor2D,
    cell: tf.zeros<Tensor2D['rankType']>([rows, units]) as Tensor2D,
  }));
}

export interface Window {
  /** T·B token ids, time step by time step */
  readonly inputs: Tensor1D;
  /** T·B token ids: what comes after each input; -1 where that is not to be learnt */
  readonly targets: Tensor1D;
  /** rows of the conditions that are told with each input (T·B, K); absent where the model has none */
  readonly rows?: Tensor2D | undefined;
}

/** What is done to a model in training that it be less sure of itself. */
export interface Regularization {
  /** share of what each input map puts out that is dropped, 0 to below 1 */
  readonly dropout: number;
  /** share of what the last layer puts out that is dropped, 0 to below 1 (Zaremba, Sutskever and Vinyals 2014); 0 where left out */
  readonly outputDropout?: number | undefined;
  /** share of each candidate that is dropped, 0 to below 1 (Semeniuta, Severyn and Barth 2016) */
  readonly recurrentDropout: number;
  /** the same elements at all time steps of a window (variational dropout, Gal and Ghahramani 2016) */
  readonly lockedDropout: boolean;
  /** share of a target that is spread over all tokens (Szegedy et al. 2016) */
  readonly labelSmoothing: number;
  /** what names the elements that are dropped: the same in the same step of the same seed */
  readonly seed: number;
  readonly step: number;
}

/**
 * Loss of one window: the mean cross entropy in nats per token, as a scalar, and the state at its end.
 * The caller disposes of both.
 * @example
 * const { loss: nats, state: after } = loss({ tf, kernels }, model, zeroState(tf, model.shape, 1), windowTensors(tf, window));
 * nats.dataSync()[0]; // about ln 6 for a model of six tokens that knows nothing
 */
export function loss(computing: Computing, model: Model, state: State, { inputs, targets, rows }: Window) {
  const { tf, kernels } = computing;
  return kept(tf, () => {
    const { run, logits } = forward(computing, model, { ids: inputs, rows, state, dropout: () => ({}) });
    const { loss } = kernels.crossEntropy(logits, model.weights['output.bias'] as Tensor1D, targets, 0);
    return { loss, state: run.state };
  });
}

/**
 * Loss, gradients and next state of one window by truncated back-propagation: the state that comes in counts as given.
 *
 * @returns tensors that the caller disposes of; gradients by the name of their weight
 * @example
 * const window = { ...windowTensors(tf, next), regularization };
 * const { loss, gradients, state: after } = lossAndGradients({ tf, kernels }, model, state, window);
 * gradients.embedding.shape; // [6, 4]: (V, H), as the weight of that name
 */
export function lossAndGradients(
  computing: Computing,
  model: Model,
  state: State,
  { inputs, targets, rows, regularization }: Window & { readonly regularization: Regularization },
) {
  const { tf, kernels } = computing;
  const { shape, weights } = model;
  return kept(tf, () => {
    const dropout = dropoutOf(regularization, state[0]!.hidden.shape[0]);
    const { run, logits, told } = forward(computing, model, { ids: inputs, rows, state, dropout });
    const bias = weights['output.bias'] as Tensor1D; // (V)
    const { loss, dLogits, dBias } = kernels.crossEntropy(logits, bias, targets, regularization.labelSmoothing);
    const dOutput = kernels.matMul(dLogits, outputWeight(shape, weights), false, !shape.tiedEmbeddings); // (T·B, H)
    const { dRows, gradients } = run.gradients(dOutput); // (V, H), with conditions (T·B, H)
    gradients['output.bias'] = dBias; // (V)
    const dEmbedding = told ? kernels.embeddingGradient(inputs, dRows, shape.vocabulary) : dRows; // (V, H)
    if (told) Object.assign(gradients, told.gradients(dRows, dLogits));
    if (shape.tiedEmbeddings) {
      gradients.embedding = tf.add(dEmbedding, kernels.matMul(dLogits, run.output, true)); // (V, H)
    } else {
      gradients.embedding = dEmbedding;
      gradients['output.weight'] = kernels.matMul(run.output, dLogits, true); // (H, V)
    }
    return { loss, gradients, state: run.state };
  });
}

/** What a body makes of a window, and the logits (T·B, V) of it but for their bias. */
function forward(
  computing: Computing,
  model: Model,
  {
    ids, // (T·B)
    rows, // (T·B, K)
    ...window
  }: { ids: Tensor1D; rows: Tensor2D | undefined; state: State; dropout: (place: number) => LayerDropout },
) {
  const { tf, kernels } = computing;
  const { shape, weights } = model;
  const embedding = weights.embedding as Tensor2D; // (V, H)
  const conditions = conditionWeights(weights);
  const dropped = (run: BodyRun) => withDropout(kernels, run, window.dropout(OUTPUT_PLACE).input);
  if (conditions === undefined || rows === undefined) {
    const run = dropped(bodyOf(shape).forward(computing, model, { input: { rows: embedding, ids }, ...window }));
    return { run, logits: outputMap(kernels, shape, weights, run.output) };
  }
  const input = tf.add(tf.gather(embedding, ids), kernels.sumRows(conditions.embedding, rows)) as Tensor2D; // (T·B, H)
  const run = dropped(bodyOf(shape).forward(computing, model, { input: { rows: input }, ...window }));
  const ofBody = outputMap(kernels, shape, weights, run.output); // (T·B, V)
  const ofDirect = window.dropout(DIRECT_PLACE).input;
  const direct = conditions.direct && directLogits(computing, conditions.direct, rows, ofDirect);
  return {
    run,
    logits: direct ? (tf.add(ofBody, direct.logits) as Tensor2D) : ofBody,
    told: {
      /** Of the weights of the conditions, of the gradients of the body's input (T·B, H) and of the logits (T·B, V). */
      gradients: (dInput: Tensor2D, dLogits: Tensor2D): Record<string, Tensor> => ({
        'conditions.embedding': kernels.sumRowsGradient(conditions.embedding, rows, dInput),
        ...direct?.gradients(dLogits),
      }),
    },
  };
}

/** A pass through a body of whose output (T·B, H) a part is dropped. */
function withDropout(kernels: Kernels, run: BodyRun, dropout: Dropout | undefined): BodyRun {
  if (dropout === undefined) return run;
  return {
    state: run.state,
    output: kernels.dropped(run.output, dropout),
    gradients: (dOutput) => run.gradients(kernels.dropped(dOutput, dropout)),
  };
}

/** Logits (N, V) but for their bias, of what a body put out (N, H). */
export function outputMap(
  kernels: Kernels,
  shape: LanguageModelShape,
  weights: Weights,
  output: Tensor2D, // (N, H)
): Tensor2D {
  return kernels.matMul(output, outputWeight(shape, weights), false, shape.tiedEmbeddings); // (N, V)
}

/** The output map (H, V), or with tied embeddings its transpose (V, H). */
export function outputWeight({ tiedEmbeddings }: LanguageModelShape, weights: Weights): Tensor2D {
  return weights[tiedEmbeddings ? 'embedding' : 'output.weight'] as Tensor2D;
}

/** The places of the direct units and of the output, behind those of all layers that there may be. */
export const DIRECT_PLACE = 1000;
export const OUTPUT_PLACE = 1001;

/** What is dropped at each place of a body, for B rows. */
function dropoutOf(regularization: Regularization, B: number): (place: number) => LayerDropout {
  const { dropout, recurrentDropout, outputDropout = 0, lockedDropout, seed, step } = regularization;
  const at = (rate: number, place: number) =>
    rate === 0 ? undefined : { rate, key: dropoutKey(seed, step, place), period: lockedDropout ? B : 0 };
  return (place) => ({
    input: at(place === OUTPUT_PLACE ? outputDropout : dropout, 2 * place),
    recurrent: at(recurrentDropout, 2 * place + 1),
  });
}

/** Disposes of every intermediate tensor of `work` and keeps those in its result, however nested. */
export function kept<T extends object>(tf: TensorFlow, work: () => T): T {
  return tf.tidy(work as () => never) as T;
}
