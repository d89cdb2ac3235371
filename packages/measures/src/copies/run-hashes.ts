import { hash } from '@etude/music';
import type { RunIndex } from './copy-bound.js';
import type { Versions } from './copy-index.js';
import { linesOf } from './lines.js';
import { codesOf, isApart, withoutRatio } from './run-codes.js';

/** Notes of the runs that are kept: one more than songs may copy by default. */
export const HASHED_NOTES = 9;
const CODES = HASHED_NOTES - 1;

/**
 * All runs of nine notes of some music, as hashes of 32 bits each: enough to tell whether a run is in it, not where, and not to have the
 * music back. Of runs that are not in it one in 4 billion, for each run that is, is taken for one.
 * @example
 * const known = new RunHashes(hashesOfRuns([[notesOf(piece)]]));
 * known.longestIn(notesOf(song)); // 0, or 9 and more
 */
export class RunHashes implements RunIndex {
  readonly #hashes: Uint32Array;

  /** @param hashes of {@link hashesOfRuns} */
  constructor(hashes: Uint32Array) {
    this.#hashes = hashes;
  }

  /** Whether the music may have a run of 9 notes or more: it has all runs of 9 notes in it. A shorter one is not known. */
  contains(codes: Int32Array, from: number, until: number): boolean {
    if (until - from < CODES) return false;
    for (let first = from; first + CODES <= until; first++) if (!this.#has(hashOf(codes, first))) return false;
    return true;
  }

  /** Notes of the longest run of a song that the music has as well; 0 where it is shorter than 9. */
  longestIn(notes: Versions[number]): number {
    let longest = 0;
    for (const line of linesOf(notes)) {
      const codes = codesOf(line.notes);
      let count = 0;
      for (let first = 0; first + CODES <= codes.length; first++) {
        count = this.#has(hashOf(codes, first)) ? count + 1 : 0;
        if (count > 0) longest = Math.max(longest, count + CODES);
      }
    }
    return longest;
  }

  #has(wanted: number): boolean {
    const hashes = this.#hashes;
    let [low, high] = [0, hashes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (hashes[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return hashes[low] === wanted;
  }
}

/**
 * The hashes of all runs of nine notes of some pieces, and others, rising, each once.
 * @example
 * const first = hashesOfRuns([[notesOf(piece)]]);
 * hashesOfRuns([[notesOf(another)]], first); // those of both
 */
export function hashesOfRuns(pieces: Iterable<Versions>, others: Uint32Array = new Uint32Array(0)): Uint32Array {
  const hashes = new Set(others);
  for (const versions of pieces) {
    for (const { notes } of versions.flatMap((version) => linesOf(version))) {
      const codes = codesOf(notes);
      for (let first = 0; first + CODES <= codes.length; first++) hashes.add(hashOf(codes, first));
    }
  }
  return Uint32Array.from(hashes).sort();
}

/** Of the run of nine notes whose codes begin at a place. */
function hashOf(codes: Int32Array, from: number): number {
  let value = 0;
  let hasGap = false;
  for (let i = from; i < from + CODES; i++) {
    const code = codes[i]!;
    // Up to the first time between its notes a run knows no ratio.
    value = hash(value, hasGap ? code : withoutRatio(code));
    hasGap ||= isApart(code);
  }
  return value >>> 0;
}
