import { CODES, Repeats } from '../repeats.js';

/** What came after the longest stretch of a voice that is like its last events. */
export interface Recalled {
  /** 0 for nothing, 1 for a rest, 2 and up for keys */
  readonly pitch: number;
  /** in steps */
  readonly duration: number;
  /** events of the stretch, at most 16 */
  readonly alike: number;
}

export const NOTHING_RECALLED: Recalled = { pitch: 0, duration: 0, alike: 0 };

/** Events that are alike at least. */
const LEAST = 2;
const DURATIONS = CODES / 256;
const REST = 255;

/**
 * Finds where a voice was before as it is now, however long ago. Stretches are alike that have the same durations and the same pitches or,
 * for a sequence, pitches the same number of steps of the C major scale apart.
 */
export class Recall {
  readonly #isSequence: boolean;
  readonly #repeats = new Repeats(LEAST);
  readonly #keys: number[] = [];
  readonly #durations: number[] = [];
  /** for each event the key that has sounded last, itself included; -1 before the first */
  readonly #lastKeys: number[] = [];

  constructor({ isSequence }: { isSequence: boolean }) {
    this.#isSequence = isSequence;
  }

  /** @param key as it is written, of a chord the highest; -1 for a rest */
  add(key: number, steps: number): void {
    const before = this.#lastKeys.at(-1) ?? -1;
    this.#keys.push(key);
    this.#durations.push(steps);
    this.#lastKeys.push(key < 0 ? before : key);
    this.#repeats.add(this.#pitchCode(key, before) * DURATIONS + Math.min(DURATIONS - 1, steps));
  }

  get recalled(): Recalled {
    const { next, alike } = this.#repeats;
    if (next < 0) return NOTHING_RECALLED;
    return { pitch: this.#pitchOf(next), duration: this.#durations[next]!, alike };
  }

  #pitchCode(key: number, before: number): number {
    if (key < 0) return REST;
    if (!this.#isSequence) return key;
    return before < 0 ? REST - 1 : degreeOf(key) - degreeOf(before) + 100;
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
