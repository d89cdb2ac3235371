import { hash } from '@etude/model';

/** A window of training: token ids time step by time step, (T·B). */
export interface TrainingWindow {
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  readonly epoch: number;
  /** whether the carried state belongs to something else and has to be zero */
  readonly fresh: boolean;
}

/**
 * Endless windows over a piece for truncated back-propagation: the piece is cut into `rows` stretches of equal length
 * which are read side by side, so that each window goes on where the last one ended. Every epoch begins anew, at an
 * offset that moves the borders of stretches and windows. The offset follows from the seed and the epoch alone, so that any
 * window can be come to without those before it.
 *
 * @param from how many windows to leave out
 */
export function* trainingWindows(
  tokens: Int32Array,
  rows: number,
  window: number,
  seed: number,
  from = 0,
): Generator<TrainingWindow> {
  let left = from;
  for (let epoch = 1; ; epoch++) {
    const room = Math.max(0, Math.min(window, tokens.length - 1 - rows * 2));
    const offset = epoch === 1 ? 0 : Math.floor(((hash(seed, epoch) >>> 0) / 2 ** 32) * room);
    const part = tokens.subarray(offset);
    const count = Math.ceil(stretchOf(part, rows) / window);
    if (left >= count) {
      left -= count;
      continue;
    }
    for (const next of windowsOver(part, rows, window, left)) {
      yield { ...next, epoch };
    }
    left = 0;
  }
}

/** One pass over a piece in windows of at most `window` time steps; the last may be shorter. */
export function* windowsOver(tokens: Int32Array, rows: number, window: number, skip = 0) {
  const stretch = stretchOf(tokens, rows);
  for (let from = skip * window; from < stretch; from += window) {
    const steps = Math.min(window, stretch - from);
    const inputs = new Int32Array(steps * rows);
    const targets = new Int32Array(steps * rows);
    for (let t = 0; t < steps; t++) {
      for (let row = 0; row < rows; row++) {
        const at = row * stretch + from + t;
        inputs[t * rows + row] = tokens[at]!;
        targets[t * rows + row] = tokens[at + 1]!;
      }
    }
    yield { inputs, targets, fresh: from === 0 };
  }
}

function stretchOf(tokens: Int32Array, rows: number): number {
  return Math.floor((tokens.length - 1) / rows);
}
