import { hash } from '@etude/music';

/** A window of training: token ids time step by time step, (T·B). */
export interface TrainingWindow {
  readonly inputs: Int32Array;
  /** -1 where nothing is to be told: behind the end of a row's sequence */
  readonly targets: Int32Array;
  /** how many targets are not -1 */
  readonly counted: number;
  /** for each row, whether something else begins in it, so that the state carried there has to be zero (B) */
  readonly fresh: readonly boolean[];
}

/**
 * Endless windows over pieces for truncated back-propagation. Sequences are read in rows side by side, so that each window goes
 * on where the last one ended, and what ends in a row is followed by the next sequence with the next window. What is longer
 * than a row's share of all is cut into stretches of that length. Every epoch begins anew, in another order and at an offset that
 * moves the borders of stretches and windows. Both follow from the seed and the epoch alone, so that any window can be come to
 * without those before it.
 *
 * @param sequences each of at least 2 tokens
 * @param from how many windows to leave out
 */
export function* trainingWindows(
  sequences: readonly Int32Array[],
  rows: number,
  window: number,
  seed: number,
  from = 0,
): Generator<TrainingWindow & { readonly epoch: number }> {
  const [only] = sequences;
  let left = from;
  for (let epoch = 1; ; epoch++) {
    const random = (hash(seed, epoch) >>> 0) / 2 ** 32;
    let parts: readonly Int32Array[];
    if (sequences.length === 1) {
      const room = Math.max(0, Math.min(window, only!.length - 1 - rows * 2));
      parts = [only!.subarray(epoch === 1 ? 0 : Math.floor(random * room))];
    } else parts = shuffled(sequences, hash(seed, epoch));
    const stretches = inStretches(parts, rows);
    for (const next of windowsOver(stretches, rows, window, left)) yield { ...next, epoch };
    if (left > 0) left = Math.max(0, left - countWindows(stretches, rows, window));
  }
}

/** Sequences cut so that none is longer than a row's share of all. A piece alone is cut into as many as there are rows. */
export function inStretches(sequences: readonly Int32Array[], rows: number): Int32Array[] {
  const total = sequences.reduce((sum, { length }) => sum + length - 1, 0);
  const share = Math.max(1, Math.floor(total / rows));
  return sequences.flatMap((sequence) => {
    // A last stretch that is shorter than a row of a lone piece would leave all other rows idle.
    const count = sequences.length === 1 ? rows : Math.ceil((sequence.length - 1) / share);
    return Array.from({ length: count }, (_, i) => sequence.subarray(i * share, (i + 1) * share + 1));
  });
}

/** Where each row stands, window by window: which stretch, and from which token on. */
function* places(stretches: readonly Int32Array[], rows: number, window: number) {
  const stretch = new Array<number>(rows).fill(-1);
  const at = new Array<number>(rows).fill(0);
  for (let next = 0; ; ) {
    let steps = 0;
    for (let row = 0; row < rows; row++) {
      if (stretch[row]! < 0 || at[row]! >= stretches[stretch[row]!]!.length - 1) {
        stretch[row] = next < stretches.length ? next++ : -1;
        at[row] = 0;
      }
      if (stretch[row]! >= 0)
        steps = Math.max(steps, Math.min(window, stretches[stretch[row]!]!.length - 1 - at[row]!));
    }
    if (steps === 0) return;
    yield { stretch, at, steps };
    for (let row = 0; row < rows; row++) at[row]! += steps;
  }
}

function countWindows(stretches: readonly Int32Array[], rows: number, window: number): number {
  let count = 0;
  for (const _ of places(stretches, rows, window)) count += 1;
  return count;
}

/** The id of a token that the model hears but need not tell: it is no target. */
export function onlyHeard(id: number): number {
  return -1 - id;
}

/**
 * One pass over stretches in windows of at most `window` time steps, without the first `skip` of them. Ids below 0 are those of
 * {@link onlyHeard}.
 */
export function* windowsOver(
  stretches: readonly Int32Array[],
  rows: number,
  window: number,
  skip = 0,
): Generator<TrainingWindow> {
  let left = skip;
  for (const { stretch, at, steps } of places(stretches, rows, window)) {
    if (left-- > 0) continue;
    const inputs = new Int32Array(steps * rows);
    const targets = new Int32Array(steps * rows).fill(-1);
    let counted = 0;
    for (let row = 0; row < rows; row++) {
      const tokens = stretches[stretch[row]!];
      if (tokens === undefined) continue;
      const end = Math.min(steps, tokens.length - 1 - at[row]!);
      for (let t = 0; t < end; t++) {
        const [heard, told] = [tokens[at[row]! + t]!, tokens[at[row]! + t + 1]!];
        inputs[t * rows + row] = heard < 0 ? -1 - heard : heard;
        targets[t * rows + row] = Math.max(-1, told);
        if (told >= 0) counted += 1;
      }
    }
    yield { inputs, targets, counted, fresh: at.map((place) => place === 0) };
  }
}

/** In an order that follows from a number alone (Fisher and Yates 1938). */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(((hash(seed, i) >>> 0) / 2 ** 32) * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
