import type { Handle, NativeOperations, Scalar, Tensor, Tensor1D, Tensor2D, TensorFlow } from '@etude/tensorflow';
import type { Kernels, LayerWeights } from './kernels.js';
import { backward, forward, type Operations } from './lstm-loop.js';
import { masksOf, rowsOf, toTable } from './reference.js';

// Shapes as in kernels.ts.

/** TensorFlow's own operations, called on the native library: half the time of going through TensorFlow.js. */
export function rawOpKernels(tf: TensorFlow, native: NativeOperations, base: Kernels): Kernels {
  const ops = new RawOperations(tf, native);
  const kernels: Kernels = {
    ...base,
    name: 'raw-ops',
    computedBy: 'raw-ops kernels',
    lstm(weights, input, state, dropout) {
      const rows = rowsOf(tf, input); // (T·B, D)
      const [B, H] = state.hidden.shape;
      const D = rows.shape[1];
      const T = rows.shape[0] / B;
      const size = { T, B, H };
      const { mask, candidateMask } = masksOf(tf, dropout, size);
      const given = () => ({
        ...ops.handles({ rows, hidden: state.hidden, cell: state.cell }),
        mask: mask && ops.handle(mask),
        candidateMask: candidateMask && ops.handle(candidateMask),
      });
      const layer = () => ops.handles<keyof LayerWeights>({ ...weights });
      const { tape, last } = ops.scope(() => {
        const made = forward(ops, size, layer(), given());
        const { hiddens, cells, gates, candidates, squashed } = made.tape;
        return {
          tape: {
            hiddens: ops.tensor(hiddens, [T * B, H]) as Tensor2D,
            cells: ops.tensor(cells, [T * B, H]) as Tensor2D,
            gates: ops.tensor(gates, [T * B, 3 * H]),
            candidates: ops.tensor(candidates, [T * B, H]),
            squashed: ops.tensor(squashed, [T * B, H]),
          },
          last: {
            hidden: ops.tensor(made.last.hidden, [B, H]) as Tensor2D,
            cell: ops.tensor(made.last.cell, [B, H]) as Tensor2D,
          },
        };
      });
      return {
        hiddens: tape.hiddens,
        cells: tape.cells,
        last,
        gradients: (dHiddens, dLastCell) =>
          ops.scope(() => {
            const dCell = dLastCell && ops.handle(dLastCell);
            const made = backward(ops, size, layer(), given(), ops.handles(tape), ops.handle(dHiddens), dCell);
            const { dWeights, dState } = made;
            return {
              dRows: toTable(kernels, input, ops.tensor(made.dRows, [T * B, D]) as Tensor2D),
              dWeights: {
                inputWeight: ops.tensor(dWeights.inputWeight, [D, 4 * H]) as Tensor2D,
                inputBias: ops.tensor(dWeights.inputBias, [4 * H]) as Tensor1D,
                recurrentWeight: ops.tensor(dWeights.recurrentWeight, [H, 4 * H]) as Tensor2D,
                recurrentBias: ops.tensor(dWeights.recurrentBias, [4 * H]) as Tensor1D,
              },
              dState: {
                hidden: ops.tensor(dState.hidden, [B, H]) as Tensor2D,
                cell: ops.tensor(dState.cell, [B, H]) as Tensor2D,
              },
            };
          }),
      };
    },
    crossEntropy(logits, bias, targets, smoothing) {
      const [, V] = logits.shape;
      const counted = tf.cast(tf.greaterEqual(targets, 0), 'float32'); // (N)
      const weights = tf.div(counted, tf.sum(counted)); // (N)
      const ids = tf.maximum(targets, tf.scalar(0, 'int32')) as Tensor1D; // (N)
      const attributes = { T: 'float32', Tlabels: 'int32' } as const;
      const name = 'SparseSoftmaxCrossEntropyWithLogits';
      // (N), and (N, V): softmax less target
      const [losses, difference] = native.run(name, attributes, [tf.add(logits, bias), ids], 2);
      let gradient = difference!; // (N, V)
      if (smoothing > 0) {
        const spread = tf.sub(tf.cast(tf.oneHot(ids, V), 'float32'), 1 / V); // (N, V)
        gradient = tf.add(gradient, tf.mul(spread, smoothing));
      }
      const dLogits = tf.mul(gradient, tf.expandDims(weights, 1)) as Tensor2D; // (N, V)
      return { loss: tf.sum(tf.mul(losses!, weights)) as Scalar, dLogits, dBias: tf.sum(dLogits, 0) };
    },
    embeddingGradient(ids, gradient, V) {
      const attributes = { T: 'float32', Tindices: 'int32', Tnumsegments: 'int32' } as const;
      return native.run('UnsortedSegmentSum', attributes, [gradient, ids, tf.scalar(V, 'int32')])[0] as Tensor2D;
    },
    sumRowsGradient(table, rows, gradient) {
      const [N, K] = rows.shape;
      const [S, W] = table.shape;
      const each = tf.reshape(tf.tile(tf.expandDims(gradient, 1), [1, K, 1]), [N * K, W]) as Tensor2D; // (N·K, W)
      return kernels.embeddingGradient(tf.reshape(rows, [N * K]), each, S);
    },
    sumOfSquares: (tensors) =>
      tf.tidy(() => {
        const halves = tensors.map((tensor) => native.run('L2Loss', FLOAT, [tensor])[0]!); // sum of squares / 2 each
        return 2 * tf.addN(halves).dataSync()[0]!;
      }),
  };
  return kernels;
}

const FLOAT = { T: 'float32' } as const;

/** Operations on handles. What they make is freed at the end of a scope but for what became a tensor. */
class RawOperations implements Operations<Handle> {
  readonly #tf: TensorFlow;
  readonly #native: NativeOperations;
  readonly #made = new Set<Handle>();
  /** small tensors by what they hold */
  readonly #constants = new Map<string, Handle>();
  /** attributes of operations with as many inputs or outputs */
  readonly #concat = new Map<number, { N: number; T: 'float32'; Tidx: 'int32' }>();
  readonly #split = new Map<number, { num_split: number; T: 'float32'; Tlen: 'int32' }>();
  readonly #products = [false, true].map((transpose_a) =>
    [false, true].map((transpose_b) => ({ ...FLOAT, transpose_a, transpose_b })),
  );

  constructor(tf: TensorFlow, native: NativeOperations) {
    this.#tf = tf;
    this.#native = native;
  }

  scope<R>(work: () => R): R {
    try {
      return work();
    } finally {
      this.#native.free(this.#made);
      this.#made.clear();
    }
  }

  /** The handle of a tensor, which stays the tensor's. */
  handle(tensor: Tensor): Handle {
    return this.#native.handle(tensor);
  }

  handles<K extends string>(record: Readonly<Record<K, Tensor>>): Record<K, Handle> {
    const entries = Object.entries<Tensor>(record).map(([name, tensor]) => [name, this.handle(tensor)]);
    return Object.fromEntries(entries);
  }

  /** A handle made in this scope as a tensor. */
  tensor(handle: Handle, shape: number[]): Tensor {
    this.#made.delete(handle);
    return this.#native.tensor(handle, shape);
  }

  matMul(a: Handle, b: Handle, transposeA = false, transposeB = false) {
    return this.#one('MatMul', this.#products[Number(transposeA)]![Number(transposeB)]!, a, b);
  }
  add = (a: Handle, b: Handle) => this.#one('AddV2', FLOAT, a, b);
  mul = (a: Handle, b: Handle) => this.#one('Mul', FLOAT, a, b);
  complement = (x: Handle) => this.#one('Sub', FLOAT, this.#constant([1], 'float32', true), x);
  sigmoid = (x: Handle) => this.#one('Sigmoid', FLOAT, x);
  tanh = (x: Handle) => this.#one('Tanh', FLOAT, x);
  transpose = (x: Handle) => this.#one('Transpose', TRANSPOSE, x, this.#constant([1, 0]));
  sumRows = (x: Handle) => this.#one('Sum', SUM, x, this.#constant([0]));
  zeros = (rows: number, columns: number) =>
    this.#one('Fill', FILL, this.#given([rows, columns]), this.#constant([0], 'float32', true));

  split(x: Handle, sizes: readonly number[], axis: 0 | 1): Handle[] {
    const attributes = entry(this.#split, sizes.length, (num_split) => ({
      num_split,
      ...FLOAT,
      Tlen: 'int32' as const,
    }));
    // Parts of a row are the same at every time step; parts of all rows differ from one window to another.
    const parts = axis === 1 ? this.#constant(sizes) : this.#given(sizes);
    const inputs = [x, parts, this.#constant([axis], 'int32', true)];
    return this.#keep(this.#native.call('SplitV', attributes, inputs, sizes.length));
  }

  concat(parts: readonly Handle[], axis: 0 | 1): Handle {
    const attributes = entry(this.#concat, parts.length, (N) => ({ N, ...FLOAT, Tidx: 'int32' as const }));
    // TensorFlow wants at least two parts.
    if (parts.length === 1) return this.#one('Identity', FLOAT, parts[0]!);
    return this.#keep(this.#native.call('ConcatV2', attributes, [...parts, this.#constant([axis], 'int32', true)]))[0]!;
  }

  #one(name: string, attributes: Parameters<NativeOperations['call']>[1], ...inputs: Handle[]): Handle {
    return this.#keep(this.#native.call(name, attributes, inputs))[0]!;
  }

  #keep(handles: Handle[]): Handle[] {
    for (const handle of handles) this.#made.add(handle);
    return handles;
  }

  /** Numbers for this use only; they belong to the surrounding `tf.tidy`. */
  #given(values: readonly number[]): Handle {
    return this.#native.handle(this.#tf.tensor1d([...values], 'int32'));
  }

  /** Numbers that are kept from their first use on. */
  #constant(values: readonly number[], type: 'int32' | 'float32' = 'int32', scalar = false): Handle {
    return entry(this.#constants, `${type} ${scalar} ${values}`, () => {
      const tensor = scalar ? this.#tf.scalar(values[0]!, type) : this.#tf.tensor1d([...values], type);
      return this.#native.handle(this.#tf.keep(tensor));
    });
  }
}

const TRANSPOSE = { ...FLOAT, Tperm: 'int32' } as const;
const SUM = { ...FLOAT, Tidx: 'int32', keep_dims: false } as const;
const FILL = { ...FLOAT, index_type: 'int32' } as const;

/** The value of a key, made when it is asked for the first time. */
function entry<K, V>(map: Map<K, V>, key: K, make: (key: K) => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make(key);
    map.set(key, value);
  }
  return value;
}
