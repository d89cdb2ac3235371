import { CODES, Repeats } from '../repeats.js';

/** What came after the longest stretch of any voice that is like the last events of one. */
export interface Recalled {
  /** 0 for nothing, 1 for a rest, 2 and up for keys, of a chord the highest */
  readonly pitch: number;
  /** in steps */
  readonly duration: number;
  /** keys as they stood there, rising */
  readonly keys: readonly number[];
  /** events of the stretch, at most 16 */
  readonly alike: number;
}

const NOTHING: Recalled = { pitch: 0, duration: 0, keys: [], alike: 0 };

/** Events that are alike at least. */
const LEAST = 2;
const DURATIONS = CODES / 256;
const REST = 255;

/** What a voice has had. */
interface Line {
  /** keys as they are written, rising; none for a rest */
  readonly keys: (readonly number[])[];
  readonly durations: number[];
  /** for each event the key that has sounded last, itself included; -1 before the first */
  readonly lastKeys: number[];
}

/**
 * Finds where some voice was before as one is now, however long ago: a repeat, or the voice that it imitates or doubles. Stretches are alike
 * that have the same durations and the same highest pitches or, for a sequence, pitches the same number of steps of the C major scale apart.
 */
export class Recall {
  readonly #isSequence: boolean;
  readonly #repeats = new Repeats(LEAST);
  readonly #lines: Line[] = [];

  constructor({ isSequence }: { isSequence: boolean }) {
    this.#isSequence = isSequence;
  }

  /** @param keys as they are written, rising; none for a rest */
  add(voice: number, keys: readonly number[], steps: number): void {
    while (this.#lines.length <= voice) this.#lines.push({ keys: [], durations: [], lastKeys: [] });
    const line = this.#lines[voice]!;
    const before = line.lastKeys.at(-1) ?? -1;
    const key = keys.at(-1) ?? -1;
    line.keys.push(keys);
    line.durations.push(steps);
    line.lastKeys.push(key < 0 ? before : key);
    this.#repeats.add(voice, this.#pitchCode(key, before) * DURATIONS + Math.min(DURATIONS - 1, steps));
  }

  recalled(voice: number): Recalled {
    const found = this.#repeats.find(voice);
    if (found === undefined) return NOTHING;
    const { line: other, event, alike } = found;
    const { keys, durations, lastKeys } = this.#lines[other]!;
    const from = lastKeys[event - 1]!;
    const to = this.#lines[voice]!.lastKeys.at(-1)!;
    const pitch = this.#pitchNow(keys[event]!.at(-1) ?? -1, { from, to });
    return { pitch, duration: durations[event]!, keys: keys[event]!, alike };
  }

  #pitchCode(key: number, before: number): number {
    if (key < 0) return REST;
    if (!this.#isSequence) return key;
    return before < 0 ? REST - 1 : degreeOf(key) - degreeOf(before) + 100;
  }

  /** The pitch of an event behind the key `from`, as it would come behind the key `to`. */
  #pitchNow(key: number, { from, to }: { from: number; to: number }): number {
    if (key < 0 || !this.#isSequence || from < 0 || to < 0) return key + 2;
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
