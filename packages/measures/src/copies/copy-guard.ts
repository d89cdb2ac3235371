import type { CopyIndex } from './copy-index.js';
import { Lines, type Onset, soundOf } from './lines.js';
import { codesOf } from './run-codes.js';

/** Notes that a song has before the first one is written, wherever in it. */
export interface Surroundings {
  readonly notes: readonly Onset[];
  /** whether a note is the user's own: a run of such notes alone is nobody's copy */
  readonly isGiven: (note: Onset) => boolean;
}

/**
 * Watches a song while it is written, so that no copied run ({@link CopyIndex}) of more than `limit` notes is in it, in any of its lines, but for
 * runs of given notes alone. A note may be added anywhere; the runs that are looked up are those that it would be in.
 * @example
 * const guard = new CopyGuard(new CopyIndex([[notesOf(piece)]]), 8);
 * if (guard.allows(note)) guard.add(note);
 */
export class CopyGuard {
  readonly #index: CopyIndex;
  readonly #limit: number;
  readonly #lines = new Lines();
  readonly #given = new Set<number>();

  constructor(index: CopyIndex, limit: number, surroundings?: Surroundings) {
    this.#index = index;
    this.#limit = limit;
    for (const note of surroundings?.notes ?? []) this.add(note, surroundings?.isGiven(note));
  }

  /**
   * Whether a note may be added.
   * @param isGiven whether it is the user's own
   */
  allows(note: Onset, isGiven = false): boolean {
    return this.#lines.with(note).every((line) => {
      const place = line.placeOf(note);
      if (place === undefined) return true;
      const { at, replaced } = place;
      const from = Math.max(0, at - this.#limit);
      const behind = line.notes.slice(at + replaced, at + replaced + this.#limit);
      const near = [...line.notes.slice(from, at), note, ...behind];
      const codes = codesOf(near);
      for (let first = 0; first + this.#limit < near.length; first++) {
        const isOwn =
          isGiven && near.slice(first, first + this.#limit + 1).every((each) => each === note || this.#isGiven(each));
        if (!isOwn && this.#index.contains(codes, first, first + this.#limit)) return false;
      }
      return true;
    });
  }

  /** Adds a note, whether or not it is allowed. */
  add(note: Onset, isGiven = false): void {
    if (isGiven) this.#given.add(soundOf(note));
    this.#lines.add(note);
  }

  #isGiven(note: Onset): boolean {
    return this.#given.has(soundOf(note));
  }
}
