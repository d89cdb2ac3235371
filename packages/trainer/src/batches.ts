import type { Random } from '@etude/model';

/** A window of training: token ids time step by time step, (T·B). */
export interface TrainingWindow {
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  readonly steps: number;
  readonly epoch: number;
  /** whether the carried state belongs to something else and has to be zero */
  readonly fresh: boolean;
}

/**
 * Endless windows over a piece for truncated back-propagation: the piece is cut into `rows` stretches of equal length
 * which are read side by side, so that each window goes on where the last one ended. Every epoch begins anew, at a
 * random offset that moves the borders of stretches and windows.
 */
export function* trainingWindows(
  tokens: Int32Array,
  rows: number,
  window: number,
  random: Random,
): Generator<TrainingWindow> {
  for (let epoch = 1; ; epoch++) {
    const room = Math.max(0, Math.min(window, tokens.length - 1 - rows * 2));
    const offset = epoch === 1 ? 0 : Math.floor(random.next() * room);
    let fresh = true;
    for (const part of windowsOver(tokens.subarray(offset), rows, window)) {
      yield { ...part, epoch, fresh };
      fresh = false;
    }
  }
}

/** One pass over a piece in windows of at most `window` time steps; the last may be shorter. */
export function* windowsOver(tokens: Int32Array, rows: number, window: number) {
  const stretch = Math.floor((tokens.length - 1) / rows);
  for (let from = 0; from < stretch; from += window) {
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
    yield { inputs, targets, steps };
  }
}
