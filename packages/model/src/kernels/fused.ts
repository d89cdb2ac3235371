import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NativeOperations, Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, TensorFlow } from '@etude/tensorflow';
import { type Dropout, dropoutThreshold } from './dropout.js';
import type { AdamState, Kernels, LayerInput, Precision } from './kernels.js';
import { rowsOf, toTable } from './reference.js';
import { onMeasuredThreads, type ThreadUse } from './thread-count.js';

// Shapes as in kernels.ts. What the operations do is in native/kernels.cc.

const require = createRequire(import.meta.url);

/** Where set-up has compiled them, loads the operations; else says why not. */
function load(folder: string): string | undefined {
  const library = join(folder, 'etude_ops.node');
  if (!existsSync(library)) return 'they were not compiled at set-up, which says why: `etude setup`';
  try {
    require(library);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}
let problem: string | undefined | null = null;

/**
 * Why the fused kernels cannot be used here; undefined where they can.
 * @param folder where they are
 */
export function fusedProblem(folder: string): string | undefined {
  if (problem === null) problem = load(folder);
  return problem;
}

/** Of this process, as the threads are. */
let inUse: ThreadUse = { threads: Number.POSITIVE_INFINITY, besideOthers: false };

function useThreads(native: NativeOperations, use: ThreadUse): void {
  const { threads, besideOthers } = use;
  if (threads === inUse.threads && besideOthers === inUse.besideOthers) return;
  native.run('EtudeUseThreads', { threads, beside_others: besideOthers }, [], 0);
  inUse = use;
}

/** What the compiled kernels make of this processor. */
function instructions(tf: TensorFlow, native: NativeOperations) {
  const [lanes, bfloat16] = tf.tidy(() => [...native.run('EtudeInstructions', {}, [])[0]!.dataSync()]);
  const name = { 16: 'AVX-512', 8: 'AVX2' }[lanes!] ?? 'plain C++';
  return { name, bfloat16: bfloat16 === 1 };
}

/**
 * A layer's time loop as one operation, forward and backward.
 * @param base what does everything else
 * @param threads how many threads compute at most
 * @throws {Error} where bfloat16 is asked for and the processor has no such products
 */
export function fusedKernels(
  tf: TensorFlow,
  native: NativeOperations,
  base: Kernels,
  { threads, precision }: { threads: number; precision: Precision | 'auto' },
): Kernels {
  const has = instructions(tf, native);
  const bfloat16 = precision === 'auto' ? has.bfloat16 : precision === 'bfloat16';
  if (bfloat16 && !has.bfloat16) throw new Error(`bfloat16 needs AVX-512 BF16, found ${has.name} without it`);
  const instructionSet = `${has.name}${bfloat16 ? ' with bfloat16 products' : ''}`;
  const plain = { threads };
  const layer = { threads, rounded: bfloat16 };
  const products = [false, true].map((transpose_a) =>
    [false, true].map((transpose_b) => ({ ...layer, transpose_a, transpose_b })),
  );
  const none = tf.keep(tf.tensor1d([], 'float32'));
  const noIds = tf.keep(tf.tensor1d([], 'int32'));
  return {
    ...base,
    name: 'fused',
    details: `${instructionSet}, ${threads} thread${threads === 1 ? '' : 's'}`,
    precision: bfloat16 ? 'bfloat16' : 'float32',
    computedBy: `fused kernels (${instructionSet})`,
    unitsOfWork: () => onMeasuredThreads(threads, (use) => useThreads(native, use)),
    lstm(weights, input, state, dropout) {
      const B = state.hidden.shape[0];
      const read = fewerRows(tf, input);
      const { rows, ids } = read;
      const { inputWeight, inputBias, recurrentWeight, recurrentBias } = weights;
      const all: Tensor[] = [rows, ids ?? noIds, inputWeight, inputBias, recurrentWeight, recurrentBias];
      all.push(state.hidden, state.cell, dropoutNumbers(tf, [dropout.input, dropout.recurrent]));
      const [hiddens, cells, gates] = native.run('EtudeLstmForward', layer, all, 3) as [Tensor2D, Tensor2D, Tensor2D];
      const last = (of: Tensor2D) => tf.slice(of, [of.shape[0] - B, 0]); // (B, H)
      return {
        hiddens,
        cells,
        last: { hidden: last(hiddens), cell: last(cells) },
        gradients(dHiddens, dLastCell) {
          const inputs = [...all, hiddens, cells, gates, dHiddens, dLastCell ?? none];
          const made = native.run('EtudeLstmBackward', layer, inputs, 7);
          const [dRows, dInputWeight, dInputBias, dRecurrentWeight, dRecurrentBias, dHidden, dCell] = made;
          return {
            // Where the rows were looked up before, their gradient has still to go the same way back.
            dRows: read === input ? (dRows as Tensor2D) : toTable(base, input, dRows as Tensor2D),
            dWeights: {
              inputWeight: dInputWeight as Tensor2D,
              inputBias: dInputBias as Tensor1D,
              recurrentWeight: dRecurrentWeight as Tensor2D,
              recurrentBias: dRecurrentBias as Tensor1D,
            },
            dState: { hidden: dHidden as Tensor2D, cell: dCell as Tensor2D },
          };
        },
      };
    },
    lstmStep({ inputWeight, inputBias, recurrentWeight, recurrentBias }) {
      const [packed] = native.run('EtudePackLstm', plain, [inputWeight, inputBias, recurrentWeight, recurrentBias]);
      return {
        step(input, state) {
          const inputs = [packed!, input, state.hidden, state.cell];
          const [hidden, cell] = native.run('EtudeLstmStep', plain, inputs, 2) as [Tensor2D, Tensor2D];
          return { hidden, cell };
        },
        dispose: () => packed!.dispose(),
      };
    },
    modelStep({ embedding, layers, outputWeight, outputBias, conditions }) {
      const direct = conditions?.direct;
      const parts = layers.flatMap(({ inputWeight, inputBias, recurrentWeight, recurrentBias }) =>
        native.run('EtudePackLstm', plain, [inputWeight, inputBias, recurrentWeight, recurrentBias]),
      );
      // The embedding itself is the output map with its axes the other way round.
      const transpose_b = outputWeight === embedding;
      parts.push(...native.run('EtudePackOutput', { threads, transpose_b }, [outputWeight]));
      if (direct) parts.push(...native.run('EtudePackOutput', plain, [direct.weight]));
      const packed = tf.concat1d(parts as Tensor1D[]);
      tf.dispose(parts);
      const noRows = tf.tensor2d([], [0, embedding.shape[1]], 'float32');
      const noUnits = tf.tensor2d([], [0, 0], 'float32');
      return {
        step(ids, rows, states) {
          const told = [rows, conditions?.embedding ?? noRows, direct?.embedding ?? noUnits, direct?.bias ?? none];
          const inputs = [ids, embedding, packed, outputBias, states, ...told];
          const [logits, next] = native.run('EtudeModelStep', plain, inputs, 2);
          return { logits: logits as Tensor2D, states: next as Tensor4D };
        },
        dispose: () => tf.dispose([packed, noRows, noUnits]),
      };
    },
    sumRows: (table, rows) => native.run('EtudeSumRows', plain, [table, rows])[0] as Tensor2D,
    sumRowsGradient: (table, rows, gradient) =>
      native.run('EtudeSumRowsBackward', plain, [table, rows, gradient])[0] as Tensor2D,
    dropped: (matrix, dropout) =>
      native.run('EtudeDrop', plain, [matrix, dropoutNumbers(tf, [dropout])])[0] as Tensor2D,
    matMul: (a, b, transposeA = false, transposeB = false) =>
      native.run('EtudeMatMul', products[Number(transposeA)]![Number(transposeB)]!, [a, b])[0] as Tensor2D,
    crossEntropy(logits, bias, targets, smoothing) {
      const inputs = [logits, bias, targets, tf.tensor1d([smoothing])];
      const [loss, dLogits, dBias] = native.run('EtudeCrossEntropy', plain, inputs, 3);
      return { loss: loss as Scalar, dLogits: dLogits as Tensor2D, dBias: dBias as Tensor1D };
    },
    adam(state, gradient, { rate, gradientScale, keep, beta1, beta2, epsilon }) {
      const numbers = tf.tensor1d([rate, gradientScale, keep, beta1, beta2, epsilon]);
      const made = native.run('EtudeAdam', plain, [...state, gradient, numbers], 3);
      return made as AdamState;
    },
  };
}

/** An embedding with more rows than are looked up is better looked up at once. */
function fewerRows(tf: TensorFlow, input: LayerInput): LayerInput {
  return input.ids !== undefined && input.rows.shape[0] > input.ids.shape[0] ? { rows: rowsOf(tf, input) } : input;
}

/** As the operations want it: for each place two keys, rate · 2³² and period (4). */
function dropoutNumbers(tf: TensorFlow, places: readonly (Dropout | undefined)[]): Tensor1D {
  const numbers = places.flatMap((dropout) =>
    dropout === undefined ? [0, 0, 0, 0] : [...dropout.key, dropoutThreshold(dropout.rate), dropout.period],
  );
  return tf.tensor1d(
    Int32Array.from(numbers, (n) => n | 0),
    'int32',
  );
}
