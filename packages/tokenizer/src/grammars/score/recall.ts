/** What came after the longest stretch of a voice that is like its last events. */
export interface Recalled {
  /** 0 for nothing, 1 for a rest, 2 and up for keys */
  readonly pitch: number;
  /** in steps */
  readonly duration: number;
  /** events of the stretch, at most {@link MOST_ALIKE} */
  readonly alike: number;
}

/** Events that are compared at most. */
export const MOST_ALIKE = 16;
/** Events that are alike at least. */
const CONTEXT = 2;
/** Places that are compared at most, the latest first: a voice may repeat two notes ten thousand times. */
const MOST_PLACES = 64;

/** Two codes of events in one number below 2^53. */
const DURATIONS = 2 ** 17;
const CODES = 2 ** 26;
const REST = 255;

const NOTHING: Recalled = { pitch: 0, duration: 0, alike: 0 };

/**
 * Finds where a voice was before as it is now, however long ago. Stretches are alike that have the same durations and the same pitches or,
 * for a sequence, pitches the same number of steps of the C major scale apart.
 */
export class Recall {
  readonly #isSequence: boolean;
  readonly #keys: number[] = [];
  readonly #durations: number[] = [];
  /** what an event has to have in common with another to be alike */
  readonly #codes: number[] = [];
  /** for each event the key that has sounded last, itself included; -1 before the first */
  readonly #lastKeys: number[] = [];
  /** numbers of the events that come after two codes */
  readonly #places = new Map<number, number[]>();
  recalled = NOTHING;

  constructor({ isSequence }: { isSequence: boolean }) {
    this.#isSequence = isSequence;
  }

  /** @param key as it is written, of a chord the highest; -1 for a rest */
  add(key: number, steps: number): void {
    const last = this.#codes.length;
    const before = this.#lastKeys[last - 1] ?? -1;
    this.#codes.push(this.#pitchCode(key, before) * DURATIONS + Math.min(DURATIONS - 1, steps));
    this.#keys.push(key);
    this.#durations.push(steps);
    this.#lastKeys.push(key < 0 ? before : key);
    this.recalled = NOTHING;
    if (last < CONTEXT - 1) return;
    const context = this.#codes[last - 1]! * CODES + this.#codes[last]!;
    const places = this.#places.get(context);
    if (places === undefined) {
      this.#places.set(context, [last + 1]);
      return;
    }
    let alike = 0;
    let found = 0;
    const first = Math.max(0, places.length - MOST_PLACES);
    for (let i = places.length - 1; i >= first && alike < MOST_ALIKE; i--) {
      const count = this.#alike(places[i]! - 1, last);
      if (count > alike) [alike, found] = [count, places[i]!];
    }
    this.recalled = { pitch: this.#pitchOf(found), duration: this.#durations[found]!, alike };
    places.push(last + 1);
  }

  #pitchCode(key: number, before: number): number {
    if (key < 0) return REST;
    if (!this.#isSequence) return key;
    return before < 0 ? REST - 1 : degreeOf(key) - degreeOf(before) + 100;
  }

  /** How many events up to one of them are like those up to the other. */
  #alike(then: number, now: number): number {
    let count = 0;
    while (count < MOST_ALIKE && count <= then && this.#codes[then - count] === this.#codes[now - count]) count++;
    return count;
  }

  /** The pitch of an event, as it would come now. */
  #pitchOf(event: number): number {
    const key = this.#keys[event]!;
    const [from, to] = [this.#lastKeys[event - 1]!, this.#lastKeys.at(-1)!];
    if (key < 0 || !this.#isSequence || from < 0) return key + 2;
    return Math.min(127, Math.max(0, keyOf(degreeOf(key) + degreeOf(to) - degreeOf(from)))) + 2;
  }
}

const DEGREES = [0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6];
const KEYS = [0, 2, 4, 5, 7, 9, 11];

/** The degree of the C major scale of a key, counted from key 0; of one between two degrees the lower. */
function degreeOf(key: number): number {
  return 7 * Math.floor(key / 12) + DEGREES[key % 12]!;
}

function keyOf(degree: number): number {
  const octave = Math.floor(degree / 7);
  return 12 * octave + KEYS[degree - 7 * octave]!;
}
