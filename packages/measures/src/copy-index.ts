import type { Note } from '@etude/music';
import { contourOf, type Line, linesOf } from './lines.js';
import { suffixArray } from './suffix-array.js';

/** Where in the pieces of an index something stands. */
export interface Place {
  /** counted from 0 */
  readonly piece: number;
  /** the line and in it the note, counted from 0; see `linesOf` */
  readonly line: number;
  readonly note: number;
}

/** Stands between lines, and is in no song. */
const BORDER = 0;

/**
 * Finds what a song has in common with pieces whatever their keys and tempos are: a suffix array over the contours of all
 * their lines. It takes time and memory linear in the number of notes.
 */
export class CopyIndex {
  /** contours of all lines, a border behind each */
  readonly #text: Int32Array;
  readonly #suffixes: Int32Array;
  /** number by contour symbol; what no piece has is not there */
  readonly #symbols = new Map<number, number>();
  /** start in the text by line, and what the line is */
  readonly #starts: number[] = [];
  readonly #lines: { piece: number; line: number }[] = [];

  /** @param pieces the notes of each, in order of start */
  constructor(pieces: readonly (readonly Note[])[]) {
    const contours = pieces.flatMap((notes, piece) =>
      linesOf(notes).map((line, number) => {
        this.#lines.push({ piece, line: number });
        return contourOf(line);
      }),
    );
    const text = new Int32Array(contours.reduce((sum, { length }) => sum + length + 1, 0));
    let at = 0;
    for (const contour of contours) {
      this.#starts.push(at);
      for (const symbol of contour) text[at++] = this.#numberOf(symbol);
      text[at++] = BORDER;
    }
    this.#text = text;
    this.#suffixes = suffixArray(text, this.#symbols.size + 1);
  }

  /**
   * For each note of a line how many notes from it on some piece has as well, at least 1, and where.
   * @returns counts, and places for counts above 1
   */
  runsOf(line: Line): { notes: Int32Array; placeOf: (note: number) => Place | undefined } {
    const contour = Int32Array.from(contourOf(line), (symbol) => this.#symbols.get(symbol) ?? -1);
    const notes = new Int32Array(line.length).fill(1);
    const found = new Int32Array(line.length);
    for (let note = 0; note + 1 < line.length; note++) {
      const { length, at } = this.#longestMatch(contour, 2 * note);
      // A run ends with an interval: a ratio behind it says nothing of notes.
      if (length > 0) notes[note] = ((length + 1) >> 1) + 1;
      found[note] = at;
    }
    return { notes, placeOf: (note) => (notes[note]! > 1 ? this.#placeOf(found[note]!) : undefined) };
  }

  /** Whether a run of notes, as its contour, stands in a piece. */
  contains(contour: Int32Array): boolean {
    const known = contour.map((symbol) => this.#symbols.get(symbol) ?? -1);
    return !known.includes(-1) && this.#longestMatch(known, 0).length === contour.length;
  }

  /** The longest beginning of `contour` from `from` on that stands in the text, and where. */
  #longestMatch(contour: Int32Array, from: number): { length: number; at: number } {
    const suffixes = this.#suffixes;
    let [low, high] = [0, suffixes.length];
    let best = { length: 0, at: 0 };
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = suffixes[middle]!;
      const length = this.#common(contour, from, at);
      if (length > best.length) best = { length, at };
      // What both have ends here; the border is less than any symbol.
      if (from + length === contour.length) break;
      if ((this.#text[at + length] ?? -2) < contour[from + length]!) low = middle + 1;
      else high = middle;
    }
    return best;
  }

  #common(contour: Int32Array, from: number, at: number): number {
    let length = 0;
    while (
      from + length < contour.length &&
      this.#text[at + length] === contour[from + length] &&
      contour[from + length] !== BORDER
    ) {
      length += 1;
    }
    return length;
  }

  #placeOf(at: number): Place {
    let [low, high] = [0, this.#starts.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return { ...this.#lines[low]!, note: (at - this.#starts[low]!) >> 1 };
  }

  #numberOf(symbol: number): number {
    let number = this.#symbols.get(symbol);
    if (number === undefined) {
      number = this.#symbols.size + 1;
      this.#symbols.set(symbol, number);
    }
    return number;
  }
}
