/** Events that are compared at most. */
export const MOST_ALIKE = 16;
/** Places that are compared at most, the latest first: two notes may repeat ten thousand times. */
const MOST_PLACES = 64;
/** Codes of events are below this, so that two make one number below 2^53. */
export const CODES = 2 ** 26;
/** Lines are numbered below this. */
const MOST_LINES = 64;

/** What comes after the longest stretch that is like the last events of a line. */
interface Repeat {
  /** the line in which it stands, and the number of its event */
  readonly line: number;
  readonly event: number;
  /** events that are alike, at most {@link MOST_ALIKE} */
  readonly alike: number;
}

/** Finds where lines of events were before as one of them is now, however long ago and in whichever line. */
export class Repeats {
  readonly #lines: number[][] = [];
  /** how many events have to be alike at least, 1 or 2 */
  readonly #least: number;
  /** for so many codes in turn: the events that they end with, as event * MOST_LINES + line */
  readonly #places = new Map<number, number[]>();

  constructor(least: 1 | 2) {
    this.#least = least;
  }

  /**
   * @param line below 64
   * @param code equal for events that are alike, from 0 to below {@link CODES}
   */
  add(line: number, code: number): void {
    while (this.#lines.length <= line) this.#lines.push([]);
    const codes = this.#lines[line]!;
    codes.push(code);
    const context = this.#contextOf(codes);
    if (context === undefined) return;
    const places = this.#places.get(context);
    const place = (codes.length - 1) * MOST_LINES + line;
    if (places === undefined) this.#places.set(context, [place]);
    else places.push(place);
  }

  /** Of stretches of the same length the latest counts, and none that nothing comes after yet. */
  find(line: number): Repeat | undefined {
    const codes = this.#lines[line] ?? [];
    const context = this.#contextOf(codes);
    const places = (context !== undefined && this.#places.get(context)) || [];
    // The last place is that of the line itself.
    const first = Math.max(0, places.length - 1 - MOST_PLACES);
    let best: Repeat | undefined;
    for (let i = places.length - 1; i >= first; i--) {
      const other = places[i]! % MOST_LINES;
      const event = (places[i]! - other) / MOST_LINES + 1;
      if (event >= this.#lines[other]!.length) continue;
      const alike = countAlike(codes, this.#lines[other]!, event - 1);
      if (best === undefined || alike > best.alike) best = { line: other, event, alike };
      if (alike === MOST_ALIKE) break;
    }
    return best;
  }

  /** The last codes as one number; undefined where there are too few. */
  #contextOf(codes: readonly number[]): number | undefined {
    if (codes.length < this.#least) return undefined;
    return this.#least === 1 ? codes.at(-1)! : codes.at(-2)! * CODES + codes.at(-1)!;
  }
}

/** How many events of a line up to one are like the last ones of another. */
function countAlike(codes: readonly number[], others: readonly number[], then: number): number {
  const last = codes.length - 1;
  let count = 0;
  while (count < MOST_ALIKE && count <= Math.min(then, last) && others[then - count] === codes[last - count]) count++;
  return count;
}
