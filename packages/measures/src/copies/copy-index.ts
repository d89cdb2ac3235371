import type { RunIndex } from './copy-bound.js';
import { type Line, linesOf, type Onset } from './lines.js';
import { codesOf, isApart, withoutRatio } from './run-codes.js';
import { suffixArray } from './suffix-array.js';

/** Where in the pieces of an index something stands. */
export interface Place {
  /** counted from 0 */
  readonly piece: number;
  /** the name of the line, and in it the note, counted from 0; see `Lines` */
  readonly line: string;
  readonly note: number;
}

/** A piece in one way or several: as it is, and as a grammar writes it. */
export type Versions = readonly (readonly Onset[])[];

/** Stands behind each line, and is less than any code. */
const BORDER = -1;

/**
 * Finds copied runs. **A copied run** is a number of notes that follow each other in a line of a song (all its notes, its skyline, its
 * percussion, or a part; see `Lines`) and in a line of a piece, with
 * - the same intervals from note to note, in whatever key; of percussion the same keys;
 * - the same ratios from one time between two beginnings to the next, at whatever tempo: as powers of two they are the same when rounded to 24ths, to
 *   about 3 %. Notes that begin together in the one begin together in the other. Only times between notes of the run count, not the time before it.
 *
 * Notes that begin at one tick are a set, which stands in a line from low to high. How long or loud notes are and who plays them does not matter.
 *
 * A suffix array over the codes of all lines (`codesOf`) sorts the places at which runs begin. It takes memory linear in the number of notes.
 * @example
 * const index = new CopyIndex([[notesOf(piece)]]);
 * index.runsOf(line).lengths; // for each note of the line how many notes from it on the piece has as well
 */
export class CopyIndex implements RunIndex {
  /** codes of all lines, a border behind each */
  readonly #text: Int32Array;
  /** where runs begin in it, in the order of what begins there */
  readonly #runs: Int32Array;
  /** start in the text by line, and what the line is */
  readonly #starts: number[] = [];
  readonly #lines: { readonly piece: number; readonly line: string }[] = [];

  /** @param pieces notes of each, in any order */
  constructor(pieces: readonly Versions[]) {
    const codes = pieces.flatMap((versions, piece) => {
      const known: Int32Array[] = [];
      for (const { name, notes } of versions.flatMap((version) => linesOf(version))) {
        const ofLine = codesOf(notes);
        // What a grammar writes as it is, and what two parts play in unison, is there once.
        if (known.some((other) => isSame(other, ofLine))) continue;
        known.push(ofLine);
        this.#lines.push({ piece, line: name });
      }
      return known;
    });
    this.#text = new Int32Array(codes.reduce((sum, { length }) => sum + length + 1, 0)).fill(BORDER);
    let at = 0;
    for (const each of codes) {
      this.#starts.push(at);
      this.#text.set(each, at);
      at += each.length + 1;
    }
    this.#runs = sortedRuns(this.#text);
  }

  /**
   * For each note of a line how many notes from it on some piece has as well, at least 1, and where.
   * @returns counts, and places for counts above 1
   */
  runsOf({ notes }: Pick<Line, 'notes'>): { lengths: Int32Array; placeOf: (note: number) => Place | undefined } {
    const codes = codesOf(notes);
    const found = Array.from(codes, (_, note) => this.#longestMatch(codes, note, codes.length));
    return {
      lengths: Int32Array.from(notes, (_, note) => 1 + (found[note]?.length ?? 0)),
      placeOf: (note) => (found[note]?.length ? this.#placeOf(found[note].at) : undefined),
    };
  }

  contains(codes: Int32Array, from: number, until: number): boolean {
    return this.#longestMatch(codes, from, until).length === until - from;
  }

  /** The longest beginning of the run from `from` on, and before `until`, that stands in the text, and where. */
  #longestMatch(codes: Int32Array, from: number, until: number): { length: number; at: number } {
    let first = from;
    while (first < until && !isApart(codes[first]!)) first += 1;
    const text = this.#text;
    let [low, high] = [0, this.#runs.length];
    let [longest, place] = [0, 0];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#runs[middle]!;
      let length = 0;
      let difference = 0;
      for (; from + length < until && difference === 0; length++) {
        const theirs = text[at + length]!;
        const ours = codes[from + length]!;
        // Up to the first time between notes neither has a ratio that counts.
        difference = from + length > first ? theirs - ours : withoutRatio(theirs) - withoutRatio(ours);
      }
      if (difference !== 0) length -= 1;
      if (length > longest) [longest, place] = [length, at];
      if (difference === 0) break;
      if (difference < 0) low = middle + 1;
      else high = middle;
    }
    return { length: longest, at: place };
  }

  #placeOf(at: number): Place {
    let [low, high] = [0, this.#starts.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return { ...this.#lines[low]!, note: at - this.#starts[low]! };
  }
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((code, i) => code === b[i]);
}

/**
 * All places of the text but its borders, in the order of the runs that begin there. Behind the first time between its notes a run
 * is what the text has from there on, so that suffixes of the text say what comes first.
 */
function sortedRuns(text: Int32Array): Int32Array {
  const alphabet = new Map(Array.from(Int32Array.from(new Set(text)).sort(), (code, number) => [code, number]));
  const suffixes = suffixArray(
    text.map((code) => alphabet.get(code)!),
    alphabet.size,
  );
  const ranks = new Int32Array(text.length);
  for (const [rank, at] of suffixes.entries()) ranks[at] = rank;
  const order = (at: number) => withoutRatio(text[at]!) * text.length + (ranks[at + 1] ?? 0);
  const places = Int32Array.from(text.keys());
  // Those that begin with notes together are few, and their codes are the least.
  const chords = places.filter((at) => text[at] !== BORDER && !isApart(text[at]!));
  chords.sort((one, other) => {
    let [a, b] = [one, other];
    for (; text[a] === text[b] && text[a] !== BORDER && !isApart(text[a]!); b++) a += 1;
    return order(a) - order(b);
  });
  const others = Float64Array.from(
    places.filter((at) => isApart(text[at]!)),
    order,
  ).sort();
  const runs = new Int32Array(chords.length + others.length);
  runs.set(chords);
  for (const [i, place] of others.entries()) runs[chords.length + i] = suffixes[place % text.length]! - 1;
  return runs;
}
