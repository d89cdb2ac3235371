/** Tokens of a piece, and what a model is told with each. */
export interface Sequence {
  /** token ids; those below 0 are of {@link onlyHeard} */
  readonly ids: Int32Array;
  /** rows of K conditions that are told with each token, of the place behind it (length·K); absent where the model has none */
  readonly rows?: Uint16Array | undefined;
}

/** A window over sequences side by side: token ids time step by time step, (T·B). */
export interface TokenWindow {
  readonly inputs: Int32Array;
  /** (T·B·K) */
  readonly rows?: Int32Array | undefined;
  /** -1 where nothing is to be told: behind the end of a row's sequence */
  readonly targets: Int32Array;
  /** how many targets are not -1 */
  readonly counted: number;
  /** for each row, whether something else begins in it, so that the state carried there has to be zero (B) */
  readonly fresh: readonly boolean[];
}

/**
 * Sequences cut so that none is longer than a row's share of all. A piece alone is cut into as many as there are rows.
 * @example
 * inStretches([{ ids: Int32Array.of(0, 1, 2, 3, 4) }], 2).map(({ ids }) => [...ids]); // [[0, 1, 2], [2, 3, 4]]
 */
export function inStretches(sequences: readonly Sequence[], rows: number): Sequence[] {
  const total = sequences.reduce((sum, { ids }) => sum + ids.length - 1, 0);
  const share = Math.max(1, Math.floor(total / rows));
  return sequences.flatMap((sequence) => {
    // A last stretch that is shorter than a row of a lone piece would leave all other rows idle.
    const count = sequences.length === 1 ? rows : Math.ceil((sequence.ids.length - 1) / share);
    return Array.from({ length: count }, (_, i) => stretchOf(sequence, i * share, (i + 1) * share + 1));
  });
}

/**
 * Part of a sequence, without a copy.
 * @example
 * stretchOf({ ids: Int32Array.of(0, 1, 2, 3, 4) }, 1, 3).ids; // Int32Array [1, 2]
 */
export function stretchOf({ ids, rows }: Sequence, from: number, to = ids.length): Sequence {
  const K = rows === undefined ? 0 : rows.length / ids.length;
  return { ids: ids.subarray(from, to), rows: rows?.subarray(from * K, to * K) };
}

/** Where each row stands, window by window: which stretch, and from which token on. */
function* places(stretches: readonly Sequence[], rows: number, window: number) {
  const stretch = new Array<number>(rows).fill(-1);
  const at = new Array<number>(rows).fill(0);
  for (let next = 0; ; ) {
    let steps = 0;
    for (let row = 0; row < rows; row++) {
      if (stretch[row]! < 0 || at[row]! >= stretches[stretch[row]!]!.ids.length - 1) {
        stretch[row] = next < stretches.length ? next++ : -1;
        at[row] = 0;
      }
      if (stretch[row]! >= 0)
        steps = Math.max(steps, Math.min(window, stretches[stretch[row]!]!.ids.length - 1 - at[row]!));
    }
    if (steps === 0) return;
    yield { stretch, at, steps };
    for (let row = 0; row < rows; row++) at[row]! += steps;
  }
}

/**
 * How many windows {@link windowsOver} yields.
 * @example
 * countWindows([{ ids: Int32Array.of(0, 1, 2, 3, 4) }], 1, 2); // 2
 */
export function countWindows(stretches: readonly Sequence[], rows: number, window: number): number {
  let count = 0;
  for (const _ of places(stretches, rows, window)) count += 1;
  return count;
}

/**
 * The id of a token that the model hears but need not tell: it is no target.
 * @example
 * onlyHeard(3); // -4
 */
export function onlyHeard(id: number): number {
  return -1 - id;
}

function conditionsPerToken([first]: readonly Sequence[]): number | undefined {
  return first?.rows === undefined ? undefined : first.rows.length / first.ids.length;
}

/**
 * One pass over stretches in windows of at most `window` time steps, without the first `skip` of them. Ids below 0 are those of
 * {@link onlyHeard}.
 * @example
 * const [first] = windowsOver([{ ids: Int32Array.of(0, 1, 2, 3, 4) }], 1, 2);
 * first.inputs; // Int32Array [0, 1]
 * first.targets; // Int32Array [1, 2]
 */
export function* windowsOver(
  stretches: readonly Sequence[],
  rows: number,
  window: number,
  skip = 0,
): Generator<TokenWindow> {
  let left = skip;
  const K = conditionsPerToken(stretches);
  for (const { stretch, at, steps } of places(stretches, rows, window)) {
    if (left-- > 0) continue;
    const inputs = new Int32Array(steps * rows);
    const targets = new Int32Array(steps * rows).fill(-1);
    const told = K === undefined ? undefined : new Int32Array(steps * rows * K);
    let counted = 0;
    for (let row = 0; row < rows; row++) {
      const { ids, rows: conditions } = stretches[stretch[row]!] ?? {};
      if (ids === undefined) continue;
      const end = Math.min(steps, ids.length - 1 - at[row]!);
      for (let t = 0; t < end; t++) {
        const from = at[row]! + t;
        const [heard, target] = [ids[from]!, ids[from + 1]!];
        inputs[t * rows + row] = heard < 0 ? -1 - heard : heard;
        targets[t * rows + row] = Math.max(-1, target);
        if (target >= 0) counted += 1;
        if (told && conditions && K) told.set(conditions.subarray(from * K, (from + 1) * K), (t * rows + row) * K);
      }
    }
    yield { inputs, targets, rows: told, counted, fresh: at.map((place) => place === 0) };
  }
}
