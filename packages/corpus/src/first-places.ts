/** What no number that is kept may be. */
const NONE = -1;

/**
 * Where each of many numbers came first: a `Map` of millions of them takes several times as long and as much memory. A hash table with open
 * addressing and linear probing (Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithm L), at most half full.
 * @example
 * const places = new FirstPlaces();
 * places.placeOf(4711, 0); // 0
 * places.placeOf(4711, 1); // 0, where it came first
 */
export class FirstPlaces {
  #numbers = new Float64Array(1024).fill(NONE);
  #places = new Int32Array(1024);
  #count = 0;

  /**
   * Where a number came first: here, if it is new.
   * @param number a whole number from 0 to below 2^53, whose upper bits are as random as a hash's
   */
  placeOf(number: number, here: number): number {
    const slot = this.#slotOf(number);
    if (this.#numbers[slot] === number) return this.#places[slot]!;
    this.#numbers[slot] = number;
    this.#places[slot] = here;
    this.#count += 1;
    if (2 * this.#count > this.#numbers.length) this.#grow();
    return here;
  }

  /** Where a number stands, or may be put. */
  #slotOf(number: number): number {
    const last = this.#numbers.length - 1;
    let slot = Math.floor(number / 2 ** 21) & last;
    while (this.#numbers[slot] !== NONE && this.#numbers[slot] !== number) slot = (slot + 1) & last;
    return slot;
  }

  #grow() {
    const [numbers, places] = [this.#numbers, this.#places];
    this.#numbers = new Float64Array(2 * numbers.length).fill(NONE);
    this.#places = new Int32Array(2 * numbers.length);
    for (const [old, number] of numbers.entries()) {
      if (number === NONE) continue;
      const slot = this.#slotOf(number);
      this.#numbers[slot] = number;
      this.#places[slot] = places[old]!;
    }
  }
}
