import { disposeOf, type TensorFlow } from '@etude/tensorflow';
import type { State } from './body.js';
import type { Computing } from './kernels/kernels.js';
import { type LanguageModelShape, loss, type Model, type Window, zeroState } from './language-model.js';
import { inStretches, type Sequence, type TokenWindow, windowsOver } from './windows.js';

/**
 * Mean loss over pieces in nats per token, without dropout, the state carried through.
 * @param sequences of which tokens of {@link onlyHeard} count for nothing
 * @example
 * meanLoss({ tf, kernels }, model, [{ ids }], 64); // about ln 6 for a model of six tokens that knows nothing
 */
export function meanLoss(
  { tf, kernels }: Computing,
  { shape, weights }: Model,
  sequences: readonly Sequence[],
  window: number,
): number {
  // Rows side by side are faster but begin without context, so each of a lone piece gets at least four windows of its own.
  const alone = sequences.length === 1;
  const rows = alone
    ? Math.max(1, Math.floor(sequences[0]!.ids.length / (4 * window)))
    : Math.min(32, sequences.length);
  let state = zeroState(tf, shape, rows);
  let sum = 0;
  let count = 0;
  for (const next of windowsOver(alone ? inStretches(sequences, rows) : sequences, rows, window)) {
    const { counted } = next;
    state = replaceState(tf, state, carryOn(tf, shape, state, next));
    const part = windowTensors(tf, next);
    const result = loss({ tf, kernels }, { shape, weights }, state, part);
    state = replaceState(tf, state, result.state);
    if (counted > 0) sum += result.loss.dataSync()[0]! * counted;
    count += counted;
    disposeOf(tf, [part, result.loss]);
  }
  disposeOf(tf, state);
  return sum / count;
}

/**
 * A window as tensors, of which the caller disposes.
 * @example
 * const [window] = windowsOver([{ ids: Int32Array.of(0, 1, 2, 3, 4) }], 1, 2);
 * windowTensors(tf, window).inputs.shape; // [2]: (T·B)
 */
export function windowTensors(tf: TensorFlow, { inputs, targets, rows }: TokenWindow): Window {
  const N = inputs.length;
  return {
    inputs: tf.tensor1d(inputs, 'int32'),
    targets: tf.tensor1d(targets, 'int32'),
    ...(rows && { rows: tf.tensor2d(rows, [N, rows.length / N], 'int32') }),
  };
}

/**
 * The carried state, zero in the rows in which something else begins.
 * @example
 * carryOn(tf, shape, state, { ...window, fresh: [true, false] }); // row 0 is zero, row 1 as it was
 */
export function carryOn(tf: TensorFlow, shape: LanguageModelShape, state: State, { fresh }: TokenWindow): State {
  if (!fresh.includes(true)) return state;
  if (!fresh.includes(false)) return zeroState(tf, shape, fresh.length);
  const keep = tf.tensor2d(
    fresh.map((isFresh) => (isFresh ? 0 : 1)),
    [fresh.length, 1],
  ); // (B, 1)
  const kept = state.map(({ hidden, cell }) => ({ hidden: tf.mul(hidden, keep), cell: tf.mul(cell, keep) })); // (B, H) each
  keep.dispose();
  return kept as State;
}

/**
 * The later one of two states; the earlier one is freed.
 * @example
 * state = replaceState(tf, state, carryOn(tf, shape, state, window));
 */
export function replaceState(tf: TensorFlow, before: State, after: State): State {
  if (after !== before) disposeOf(tf, before);
  return after;
}
