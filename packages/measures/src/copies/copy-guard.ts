import type { CopyBound } from './copy-bound.js';
import { type Line, Lines, type Onset, soundOf } from './lines.js';
import { codesOf } from './run-codes.js';

/** Notes that a song has before the first one is written, wherever in it. */
export interface Surroundings {
  readonly notes: readonly Onset[];
  /** whether a note is the user's own: a run of such notes alone is nobody's copy */
  readonly isGiven: (note: Onset) => boolean;
}

/**
 * Watches a song while it is written, so that no copied run ({@link CopyIndex}) of more notes than each bound has it is in it, in any of its lines, but for
 * runs of given notes alone. A note may be added anywhere; the runs that are looked up are those that it would be in.
 * @example
 * const guard = new CopyGuard([{ index: new CopyIndex([[notesOf(piece)]]), limit: 8 }]);
 * if (guard.allows(note)) guard.add(note);
 */
export class CopyGuard {
  readonly #bounds: readonly CopyBound[];
  readonly #lines = new Lines();
  readonly #given = new Set<number>();

  constructor(bounds: readonly CopyBound[], surroundings?: Surroundings) {
    this.#bounds = bounds;
    for (const note of surroundings?.notes ?? []) this.add(note, surroundings?.isGiven(note));
  }

  /**
   * Whether a note may be added.
   * @param isGiven whether it is the user's own
   */
  allows(note: Onset, isGiven = false): boolean {
    const lines = this.#lines.with(note);
    return this.#bounds.every((bound) => lines.every((line) => this.#allowsIn(line, bound, note, isGiven)));
  }

  #allowsIn(line: Line, { index, limit }: CopyBound, note: Onset, isGiven: boolean): boolean {
    const place = line.placeOf(note);
    if (place === undefined) return true;
    const { at, replaced } = place;
    const behind = line.notes.slice(at + replaced, at + replaced + limit);
    const near = [...line.notes.slice(Math.max(0, at - limit), at), note, ...behind];
    const codes = codesOf(near);
    for (let first = 0; first + limit < near.length; first++) {
      const isOwn =
        isGiven && near.slice(first, first + limit + 1).every((each) => each === note || this.#isGiven(each));
      if (!isOwn && index.contains(codes, first, first + limit)) return false;
    }
    return true;
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
