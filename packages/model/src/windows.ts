/** A window over sequences side by side: token ids time step by time step, (T·B). */
export interface TokenWindow {
  readonly inputs: Int32Array;
  /** -1 where nothing is to be told: behind the end of a row's sequence */
  readonly targets: Int32Array;
  /** how many targets are not -1 */
  readonly counted: number;
  /** for each row, whether something else begins in it, so that the state carried there has to be zero (B) */
  readonly fresh: readonly boolean[];
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

/** How many windows {@link windowsOver} yields. */
export function countWindows(stretches: readonly Int32Array[], rows: number, window: number): number {
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
): Generator<TokenWindow> {
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
