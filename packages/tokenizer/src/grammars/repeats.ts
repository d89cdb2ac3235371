/** Events that are compared at most. */
export const MOST_ALIKE = 16;
/** Places that are compared at most, the latest first: two notes may repeat ten thousand times. */
const MOST_PLACES = 64;
/** Codes of events are below this, so that two make one number below 2^53. */
export const CODES = 2 ** 26;

/** Finds where a series of events was before as it is now, however long ago. */
export class Repeats {
  readonly #codes: number[] = [];
  /** how many events have to be alike at least, 1 or 2 */
  readonly #least: number;
  /** numbers of the events that come after so many codes */
  readonly #places = new Map<number, number[]>();
  /** number of the event that came after the longest stretch that is like the last events, of several the latest; -1 where there is none */
  next = -1;
  /** events of that stretch, at most {@link MOST_ALIKE} */
  alike = 0;

  constructor(least: 1 | 2) {
    this.#least = least;
  }

  /** @param code equal for events that are alike, from 0 to below {@link CODES} */
  add(code: number): void {
    const last = this.#codes.length;
    this.#codes.push(code);
    [this.next, this.alike] = [-1, 0];
    if (last < this.#least - 1) return;
    const context = this.#least === 1 ? code : this.#codes[last - 1]! * CODES + code;
    const places = this.#places.get(context);
    if (places === undefined) {
      this.#places.set(context, [last + 1]);
      return;
    }
    const first = Math.max(0, places.length - MOST_PLACES);
    for (let i = places.length - 1; i >= first && this.alike < MOST_ALIKE; i--) {
      const count = this.#alikeUpTo(places[i]! - 1);
      if (count > this.alike) [this.next, this.alike] = [places[i]!, count];
    }
    places.push(last + 1);
  }

  /** How many events up to one are like the last ones. */
  #alikeUpTo(then: number): number {
    const codes = this.#codes;
    const last = codes.length - 1;
    let count = 0;
    while (count < MOST_ALIKE && count <= then && codes[then - count] === codes[last - count]) count++;
    return count;
  }
}
