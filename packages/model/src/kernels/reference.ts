import type { Scalar, Tensor, Tensor1D, Tensor2D, TensorFlow } from '@etude/tensorflow';
import { maskOf } from './dropout.js';
import type { AdamState, Kernels, LayerDropout, LayerInput, LayerState, LayerWeights } from './kernels.js';
import { backward, cellStep, forward, type Operations } from './lstm-loop.js';

// Shapes as in kernels.ts.

/** So many rows of sums are worth reading the whole table out of TensorFlow's memory: those of a window, not those of a token. */
const WORTH_READING = 32;

/** Plain TensorFlow.js operations, which every backend has. The others are measured by them, and WebAssembly has no others. */
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
    matMul: (a, b, transposeA, transposeB) => matMul(tf, a, b, transposeA, transposeB) as Tensor2D,
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
    embeddingGradient: (ids, gradient, V) => scatterSum(tf, ids, gradient, V),
    sumRows(table, rows) {
      const [N, K] = rows.shape;
      if (N >= WORTH_READING) return gatherSum(tf, table, rows);
      return tf.sum(tf.reshape(tf.gather(table, tf.reshape(rows, [N * K])), [N, K, table.shape[1]]), 1);
    },
    sumRowsGradient: (table, rows, gradient) => scatterSum(tf, rows, gradient, table.shape[0]),
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
    matMul: (a, b, transposeA, transposeB) => matMul(tf, a, b, transposeA, transposeB),
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

/** A product of matrices. WebAssembly has a slow way for products of transposed ones, so they are transposed before. */
function matMul(tf: TensorFlow, a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  return tf.matMul(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b);
}

/** The rows of a layer's input, (T·B, D). */
export function rowsOf(tf: TensorFlow, { rows, ids }: LayerInput): Tensor2D {
  return ids === undefined ? rows : tf.gather(rows, ids);
}

/** A gradient of the input's rows (T·B, D) as one of what they were looked up in. */
export function toTable(kernels: Kernels, { rows, ids }: LayerInput, dRows: Tensor2D): Tensor2D {
  return ids === undefined ? dRows : kernels.embeddingGradient(ids, dRows, rows.shape[0]);
}

/** Sums of rows of a table (S, W), of which `rows` (N, K) says which. As operations of TensorFlow.js it takes 30 times as long. */
function gatherSum(tf: TensorFlow, table: Tensor2D, rows: Tensor2D): Tensor2D {
  const [N, K] = rows.shape;
  const W = table.shape[1];
  const ids = rows.dataSync();
  const values = table.dataSync();
  const sums = new Float32Array(N * W);
  for (let i = 0; i < N * K; i++) {
    const from = ids[i]! * W;
    const to = Math.floor(i / K) * W;
    for (let w = 0; w < W; w++) sums[to + w]! += values[from + w]!;
  }
  return tf.tensor2d(sums, [N, W]);
}

/**
 * Adds each row of a matrix to those rows of a table of zeros that it is for. TensorFlow.js has this only as a product with
 * a matrix of zeros and ones, which takes a thousand times as long.
 */
function scatterSum(
  tf: TensorFlow,
  targets: Tensor1D | Tensor2D, // (N) or (N, K)
  matrix: Tensor2D, // (N, W)
  S: number,
): Tensor2D {
  const [N, W] = matrix.shape;
  const K = targets.size / N;
  const ids = targets.dataSync();
  const values = matrix.dataSync();
  const sums = new Float32Array(S * W);
  for (let i = 0; i < N * K; i++) {
    const from = Math.floor(i / K) * W;
    const to = ids[i]! * W;
    for (let w = 0; w < W; w++) sums[to + w]! += values[from + w]!;
  }
  return tf.tensor2d(sums, [S, W]);
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
