import { countWindows, inStretches, type Sequence, stretchOf, type TokenWindow, windowsOver } from '@etude/model';
import { hash } from '@etude/music';

/**
 * Endless windows over pieces for truncated back-propagation. Sequences are read in rows side by side, so that each window goes
 * on where the last one ended, and what ends in a row is followed by the next sequence with the next window. What is longer
 * than a row's share of all is cut into stretches of that length. Every epoch begins anew, in another order and at an offset that
 * moves the borders of stretches and windows. Both follow from the seed and the epoch alone, so that any window can be come to
 * without those before it.
 *
 * @param sequences each of at least 2 tokens
 * @param options.window tokens of a row that each window has
 * @param options.from how many windows to leave out
 */
export function* trainingWindows(
  sequences: readonly Sequence[],
  { rows, window, seed, from = 0 }: { rows: number; window: number; seed: number; from?: number },
): Generator<TokenWindow & { readonly epoch: number }> {
  const [only] = sequences;
  let left = from;
  for (let epoch = 1; ; epoch++) {
    const random = (hash(seed, epoch) >>> 0) / 2 ** 32;
    let parts: readonly Sequence[];
    if (sequences.length === 1) {
      const room = Math.max(0, Math.min(window, only!.ids.length - 1 - rows * 2));
      parts = [stretchOf(only!, epoch === 1 ? 0 : Math.floor(random * room))];
    } else parts = shuffled(sequences, hash(seed, epoch));
    const stretches = inTime(inStretches(parts, rows), rows);
    for (const next of windowsOver(stretches, rows, window, left)) yield { ...next, epoch };
    if (left > 0) left = Math.max(0, left - countWindows(stretches, rows, window));
  }
}

/**
 * The same order, but for long sequences that would begin too late to end with the others: the end of an epoch would be theirs alone, and
 * the model would forget the rest.
 */
function inTime(sequences: readonly Sequence[], rows: number): Sequence[] {
  const lengths = sequences.map(({ ids }) => ids.length - 1);
  const share = lengths.reduce((sum, length) => sum + length, 0) / rows;
  const longestFirst = [...sequences.keys()].sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const isTaken = new Uint8Array(sequences.length);
  /** tokens that each row has got */
  const filled = new Array<number>(rows).fill(0);
  let [next, longest] = [0, 0];
  return sequences.map(() => {
    while (isTaken[next]) next += 1;
    while (isTaken[longestFirst[longest]!]) longest += 1;
    const row = filled.indexOf(Math.min(...filled));
    const late = longestFirst[longest]!;
    const chosen = filled[row]! + lengths[late]! >= share ? late : next;
    isTaken[chosen] = 1;
    filled[row]! += lengths[chosen]!;
    return sequences[chosen]!;
  });
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
