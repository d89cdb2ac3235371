import type { CopyBound } from './copy-bound.js';
import { linesOf, type Onset } from './lines.js';
import { codesOf } from './run-codes.js';

/** Where a copied run gets longer than it may be. */
export interface Excess {
  /** the tick of the first note that is one too many: before it a song keeps to the limit */
  readonly at: number;
  /** the last note of that run that is not given */
  readonly written: Onset;
}

/**
 * The first copied run of more notes than a bound has it that is not of given notes alone; undefined where there is none.
 * @param notes of a whole song, in any order
 * @param isGiven whether a note is the user's own
 * @example
 * const index = new CopyIndex([[notesOf(piece)]]);
 * firstExcess(notesOf(song), [{ index, limit: 8 }], () => false)?.at; // where a ninth note in a row is that of the piece
 */
export function firstExcess(
  notes: readonly Onset[],
  bounds: readonly CopyBound[],
  isGiven: (note: Onset) => boolean,
): Excess | undefined {
  let first: Excess | undefined;
  for (const line of linesOf(notes)) {
    const codes = codesOf(line.notes);
    for (const { index, limit } of bounds) {
      for (let place = 0; place + limit <= codes.length; place++) {
        if (!index.contains(codes, place, place + limit)) continue;
        const run = line.notes.slice(place, place + limit + 1);
        const written = run.findLast((note) => !isGiven(note));
        const at = run.at(-1)!.start;
        if (written && at < (first?.at ?? Number.POSITIVE_INFINITY)) first = { at, written };
      }
    }
  }
  return first;
}
