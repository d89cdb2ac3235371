import type { Scalar, Tensor, Tensor2D, TensorFlow } from '@etude/tensorflow';
import { maskOf } from './dropout.js';
import type { AdamState, Kernels, LayerDropout, LayerInput, LayerState, LayerWeights } from './kernels.js';
import { backward, cellStep, forward, type Operations } from './lstm-loop.js';

// Shapes as in kernels.ts.

/** Plain TensorFlow.js operations, which every backend has. Short rather than fast: the others are measured by it. */
export function referenceKernels(tf: TensorFlow): Kernels {
  const ops = tensorFlowOperations(tf);
  const kernels: Kernels = {
    name: 'reference',
    precision: 'float32',
    computedBy: 'reference kernels',
    unitsOfWork: () => (work) => work(),
    lstm(weights, input, state, dropout) {
      const rows = rowsOf(tf, input); // (T·B, D)
      const [B, H] = state.hidden.shape;
      const size = { T: rows.shape[0] / B, B, H };
      const given = { rows, ...state, ...masksOf(tf, dropout, size) };
      const { tape, last } = forward<Tensor>(ops, size, weights, given);
      return {
        hiddens: tape.hiddens as Tensor2D,
        cells: tape.cells as Tensor2D,
        last: last as LayerState,
        gradients(dHiddens, dLastCell) {
          const made = backward<Tensor>(ops, size, weights, given, tape, dHiddens, dLastCell);
          return {
            dRows: toTable(kernels, input, made.dRows as Tensor2D),
            dWeights: made.dWeights as LayerWeights,
            dState: made.dState as LayerState,
          };
        },
      };
    },
    lstmStep: ({ inputWeight, inputBias, recurrentWeight, recurrentBias }) => ({
      step(input, state) {
        const fromBelow = tf.add(tf.matMul(input, inputWeight), inputBias); // (B, 4H)
        const recurrent = tf.add(tf.matMul(state.hidden, recurrentWeight), recurrentBias); // (B, 4H)
        const sum = tf.add(fromBelow, recurrent) as Tensor2D; // (B, 4H)
        const { hidden, cell } = cellStep<Tensor>(ops, state.hidden.shape[1], sum, state.cell, undefined);
        return { hidden, cell } as LayerState;
      },
      dispose() {},
    }),
    matMul: (a, b, transposeA = false, transposeB = false) => tf.matMul(a, b, transposeA, transposeB),
    crossEntropy(logits, bias, targets, smoothing) {
      const [, V] = logits.shape;
      const counted = tf.cast(tf.greaterEqual(targets, 0), 'float32'); // (N)
      const weights = tf.expandDims(tf.div(counted, tf.sum(counted)), 1); // (N, 1)
      const chosen = tf.cast(tf.oneHot(targets, V), 'float32'); // (N, V), a row of zeros for a target of -1
      const biased = tf.add(logits, bias); // (N, V)
      const shifted = tf.sub(biased, tf.max(biased, 1, true)); // (N, V)
      const logSum = tf.log(tf.sum(tf.exp(shifted), 1, true)); // (N, 1)
      const logProbabilities = tf.sub(shifted, logSum); // (N, V)
      const loss = tf.neg(tf.sum(tf.mul(tf.mul(logProbabilities, chosen), weights))) as Scalar;
      const wanted = smoothing === 0 ? chosen : tf.add(tf.mul(chosen, 1 - smoothing), smoothing / V); // (N, V)
      const dLogits = tf.mul(tf.sub(tf.exp(logProbabilities), wanted), weights) as Tensor2D; // (N, V)
      return { loss, dLogits, dBias: tf.sum(dLogits, 0) };
    },
    embeddingGradient(ids, gradient, V) {
      const chosen = tf.cast(tf.oneHot(ids, V), 'float32') as Tensor2D; // (N, V)
      return tf.matMul(chosen, gradient, true); // (V, H)
    },
    sumRows(table, rows) {
      const [N, K] = rows.shape;
      return tf.sum(tf.reshape(tf.gather(table, tf.reshape(rows, [N * K])), [N, K, table.shape[1]]), 1);
    },
    sumRowsGradient: (table, rows, gradient) => sumRowsGradient(tf, kernels, table, rows, gradient),
    dropped: (matrix, dropout) => tf.mul(matrix, maskOf(tf, dropout, matrix.shape)) as Tensor2D,
    sumOfSquares: (tensors) =>
      tf.tidy(() => tf.sum(tf.stack(tensors.map((tensor) => tf.sum(tf.square(tensor))))).dataSync()[0]!),
    adam([weight, mean, square], gradient, { rate, gradientScale, keep, beta1, beta2, epsilon }) {
      const scaled = tf.mul(gradient, gradientScale);
      const newMean = tf.add(tf.mul(mean, beta1), tf.mul(scaled, 1 - beta1));
      const newSquare = tf.add(tf.mul(square, beta2), tf.mul(tf.square(scaled), 1 - beta2));
      const change = tf.div(tf.mul(newMean, rate), tf.add(tf.sqrt(newSquare), epsilon));
      const kept = keep === 1 ? weight : tf.mul(weight, keep);
      return [tf.sub(kept, change), newMean, newSquare] as AdamState;
    },
  };
  return kernels;
}

function tensorFlowOperations(tf: TensorFlow): Operations<Tensor> {
  return {
    matMul: (a, b, transposeA = false, transposeB = false) =>
      tf.matMul(a as Tensor2D, b as Tensor2D, transposeA, transposeB),
    add: (a, b) => tf.add(a, b),
    mul: (a, b) => tf.mul(a, b),
    complement: (x) => tf.sub(1, x),
    sigmoid: (x) => tf.sigmoid(x),
    tanh: (x) => tf.tanh(x),
    transpose: (x) => tf.transpose(x),
    sumRows: (x) => tf.sum(x, 0),
    zeros: (rows, columns) => tf.zeros([rows, columns]),
    split: (x, sizes, axis) => (sizes.length === 1 ? [x] : tf.split(x, [...sizes], axis)),
    concat: (parts, axis) => tf.concat([...parts], axis),
  };
}

/** The rows of a layer's input, (T·B, D). */
export function rowsOf(tf: TensorFlow, { rows, ids }: LayerInput): Tensor2D {
  return ids === undefined ? rows : tf.gather(rows, ids);
}

/** A gradient of the input's rows (T·B, D) as one of what they were looked up in. */
export function toTable(kernels: Kernels, { rows, ids }: LayerInput, dRows: Tensor2D): Tensor2D {
  return ids === undefined ? dRows : kernels.embeddingGradient(ids, dRows, rows.shape[0]);
}

/** The gradient of a sum is that of each of its rows. */
export function sumRowsGradient(
  tf: TensorFlow,
  kernels: Pick<Kernels, 'embeddingGradient'>,
  table: Tensor2D, // (S, W)
  rows: Tensor2D, // (N, K)
  gradient: Tensor2D, // (N, W)
): Tensor2D {
  const [N, K] = rows.shape;
  const [S, W] = table.shape;
  const each = tf.reshape(tf.tile(tf.expandDims(gradient, 1), [1, K, 1]), [N * K, W]); // (N·K, W)
  return kernels.embeddingGradient(tf.reshape(rows, [N * K]), each as Tensor2D, S);
}

/** Dropout masks as tensors; undefined for none. */
export function masksOf(
  tf: TensorFlow,
  { input, recurrent }: LayerDropout,
  { T, B, H }: { T: number; B: number; H: number },
) {
  return {
    mask: input && maskOf(tf, input, [T * B, 4 * H]),
    candidateMask: recurrent && maskOf(tf, recurrent, [T * B, H]),
  };
}
