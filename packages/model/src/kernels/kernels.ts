import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, TensorFlow } from '@etude/tensorflow';
import type { Dropout } from './dropout.js';

// Shapes: T time steps, B rows of a batch, D width of a layer's input, H units, V tokens of the vocabulary.
// Gate order on axes of 4H: input, forget, output, candidate.

export interface LayerWeights {
  readonly inputWeight: Tensor2D; // (D, 4H)
  readonly inputBias: Tensor1D; // (4H)
  readonly recurrentWeight: Tensor2D; // (H, 4H)
  readonly recurrentBias: Tensor1D; // (4H)
}

export interface LayerState {
  readonly hidden: Tensor2D; // (B, H)
  readonly cell: Tensor2D; // (B, H)
}

/**
 * What goes into a layer, row by row: (T·B, D). Where it is the embedding of tokens, `rows` may be the embedding (V, D)
 * and `ids` (T·B) say which of its rows each row of the input is; a kernel may then map each token once.
 */
export interface LayerInput {
  readonly rows: Tensor2D;
  readonly ids?: Tensor1D | undefined;
}

export interface LayerDropout {
  /** of what the input map puts out (T·B, 4H); the recurrent map is never dropped */
  readonly input?: Dropout | undefined;
  /** of the candidate (T·B, H), before it is written into the cell (Semeniuta, Severyn and Barth 2016) */
  readonly recurrent?: Dropout | undefined;
}

/** What a layer made of its input, and the way back. */
interface LayerRun {
  readonly hiddens: Tensor2D; // (T·B, H)
  readonly cells: Tensor2D; // (T·B, H)
  /** the state after the last time step */
  readonly last: LayerState;
  /**
   * Back-propagation through the layer's time steps.
   * @param dHiddens gradient with respect to `hiddens` (T·B, H)
   * @param dLastCell gradient with respect to the last cell state (B, H); zero if left out
   */
  gradients(dHiddens: Tensor2D, dLastCell?: Tensor2D): LayerGradients;
}

interface LayerGradients {
  /** with respect to the rows of the input: of the shape of `rows`, also where there are ids */
  readonly dRows: Tensor2D;
  readonly dWeights: LayerWeights;
  /** with respect to the state that came in */
  readonly dState: LayerState;
}

/** The weights of a language model whose body is a stack of layers of H units. */
interface StackWeights {
  readonly embedding: Tensor2D; // (V, H)
  readonly layers: readonly LayerWeights[];
  readonly outputWeight: Tensor2D; // (H, V), or the embedding
  readonly outputBias: Tensor1D; // (V)
  readonly conditions?: ConditionWeights | undefined;
}

/** What becomes of the conditions of a token, each of which names a row of S. */
export interface ConditionWeights {
  /** what is added to the embedding of the token (S, H) */
  readonly embedding: Tensor2D;
  readonly direct?: DirectWeights | undefined;
}

/** A layer of D rectified units from the conditions to the logits. */
interface DirectWeights {
  readonly embedding: Tensor2D; // (S, D)
  readonly bias: Tensor1D; // (D)
  readonly weight: Tensor2D; // (D, V)
}

/** A model that is used step by step. What it prepares of the weights is the caller's to dispose of by `dispose`. */
export interface ModelStep {
  /**
   * @param ids (B)
   * @param rows of the conditions (B, K); K is 0 where the model has none
   * @param states hidden and cell state of each layer (layers, 2, B, H)
   */
  step(ids: Tensor1D, rows: Tensor2D, states: Tensor4D): { logits: Tensor2D; states: Tensor4D };
  dispose(): void;
}

/** A weight, and the running means of its gradient and of the gradient's square. */
export type AdamState = [weight: Tensor, mean: Tensor, square: Tensor];

interface AdamNumbers {
  /** learning rate with the bias correction of both moments */
  readonly rate: number;
  /** what the gradients are multiplied with */
  readonly gradientScale: number;
  /** what is left of a weight before its update; 1 without weight decay */
  readonly keep: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** What computes. */
export interface Computing {
  readonly tf: TensorFlow;
  readonly kernels: Kernels;
}

/**
 * The arithmetic of learning. There are three kernels of the same results within rounding:
 *
 * - `reference`: plain TensorFlow.js operations, which every backend has; the measure of the others
 * - `raw-ops`: TensorFlow's own operations on the native backend; nothing has to be compiled
 * - `fused`: a layer's time loop in one operation of our own (native/), compiled at set-up
 *
 * Tensors that they make belong to the surrounding `tf.tidy`.
 */
export interface Kernels {
  readonly name: KernelName;
  /** how they compute, for people: "AVX-512" */
  readonly details?: string;
  /** of products */
  readonly precision: Precision;
  /**
   * Everything that the last bits of results depend on, for people: "fused kernels (AVX-512)". Kernels of which this is the
   * same compute the same bits from the same seed.
   */
  readonly computedBy: string;
  /**
   * Runs units of like work, such as the steps of a training, one after the other: kernels may choose by how long they take on
   * how many threads they compute. Results do not depend on it.
   */
  unitsOfWork(): <T>(work: () => T) => T;
  /** A layer over T time steps (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). */
  lstm(weights: LayerWeights, input: LayerInput, state: LayerState, dropout: LayerDropout): LayerRun;
  /** A layer for use step by step; what it prepares of the weights is the caller's to dispose of by `dispose`. */
  lstmStep(weights: LayerWeights): {
    /** input (B, D) and state to the next state */
    step(input: Tensor2D, state: LayerState): LayerState;
    dispose(): void;
  };
  /** The whole of a stacked LSTM step by step; absent where it takes an operation per layer at least. */
  readonly modelStep?: (weights: StackWeights) => ModelStep;
  /** a · b, or with either transposed */
  matMul(a: Tensor2D, b: Tensor2D, transposeA?: boolean, transposeB?: boolean): Tensor2D;
  /**
   * Mean cross entropy in nats of logits (N, V) and a bias (V) against N targets, and its gradients. A target of -1 counts for
   * nothing: the mean is that of the others. With label smoothing
   * (Szegedy et al. 2016) the gradients are those of targets of which the share `smoothing` is spread over all tokens;
   * the loss is that of the targets themselves all the same.
   */
  crossEntropy(
    logits: Tensor2D,
    bias: Tensor1D,
    targets: Tensor1D,
    smoothing: number,
  ): { loss: Scalar; dLogits: Tensor2D; dBias: Tensor1D };
  /** Gradient of an embedding (V, H), which gave row n of a gradient (N, H) from its row `ids[n]`. */
  embeddingGradient(ids: Tensor1D, gradient: Tensor2D, V: number): Tensor2D;
  /** Sums (N, W) of K rows of a table (S, W) each, which `rows` (N, K) names. */
  sumRows(table: Tensor2D, rows: Tensor2D): Tensor2D;
  /** Gradient of such a table (S, W), of the gradient of the sums (N, W). */
  sumRowsGradient(table: Tensor2D, rows: Tensor2D, gradient: Tensor2D): Tensor2D;
  /** A matrix of which elements are dropped, and the others scaled so that the mean stays. */
  dropped(matrix: Tensor2D, dropout: Dropout): Tensor2D;
  /** Sum of the squares of all elements of all tensors. */
  sumOfSquares(tensors: readonly Tensor[]): number;
  /** One update of one weight by Adam (Kingma and Ba 2015), with decoupled decay (Loshchilov and Hutter 2019). */
  adam(state: AdamState, gradient: Tensor, numbers: AdamNumbers): AdamState;
}

export const KERNEL_NAMES = ['reference', 'raw-ops', 'fused'] as const;
export type KernelName = (typeof KERNEL_NAMES)[number];

/**
 * What products are made of: `bfloat16` rounds what is multiplied to 8 bits, twice as many at a time; weights, states and
 * sums stay float32.
 */
export type Precision = 'float32' | 'bfloat16';
