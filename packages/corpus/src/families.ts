import { hash, isDrum, type Note, notesOf, type Piece } from '@etude/music';
import { FirstPlaces } from './first-places.js';

/** Notes in a row that two pieces have in common only where one is a variant of the other; tunes that are not share up to 14 and more. */
const RUN = 18;
/** Pitches that such a run has at least: less is a drone or a figure. */
const PITCHES = 5;

/**
 * Which pieces are variants of each other: those of which a part has a long run of notes that a part of the other has as well, in any key and rhythm, and those
 * that a third one joins. What is held out says little where its variants are learned from.
 * @returns for each piece the place of the first one of its family, which is its own where it has no variant before it
 * @example
 * familiesOf([reel, jig, reelInAnotherKey]); // [0, 1, 0]
 */
export function familiesOf(pieces: Iterable<Pick<Piece, 'tracks'>>): number[] {
  const families: number[] = [];
  const first = (piece: number): number => {
    let root = piece;
    while (families[root] !== root) root = families[root]!;
    families[piece] = root;
    return root;
  };
  /** the piece in which a run of intervals came first */
  const seen = new FirstPlaces();
  for (const piece of pieces) {
    const place = families.push(families.length) - 1;
    for (const run of runsOf(piece)) {
      const before = seen.placeOf(run, place);
      if (before === place) continue;
      const [a, b] = [first(before), first(place)];
      families[Math.max(a, b)] = Math.min(a, b);
    }
  }
  return families.map((_, place) => first(place));
}

/**
 * Some pieces, to find their variants among others.
 * @example
 * new Variants([reel]).has(reelInAnotherKey); // true
 */
export class Variants {
  readonly #runs = new Set<number>();

  constructor(pieces: Iterable<Pick<Piece, 'tracks'>>) {
    for (const piece of pieces) for (const run of runsOf(piece)) this.#runs.add(run);
  }

  /** Whether a piece is a variant of one of them. */
  has(piece: Pick<Piece, 'tracks'>): boolean {
    for (const run of runsOf(piece)) if (this.#runs.has(run)) return true;
    return false;
  }
}

/**
 * Every run of each part, as a hash of the intervals from note to note: of 53 bits, by which two of a million runs are taken for one another in
 * one of 20,000 corpora.
 */
function* runsOf(piece: Pick<Piece, 'tracks'>): Generator<number> {
  for (const line of linesOf(piece)) {
    /** how often each pitch is in the run */
    const counts = new Uint8Array(128);
    let [pitches, high, low] = [0, 0, 0];
    for (const [at, key] of line.entries()) {
      if (counts[key]! === 0) pitches += 1;
      counts[key]! += 1;
      if (at >= RUN) {
        const gone = line[at - RUN]!;
        counts[gone]! -= 1;
        if (counts[gone]! === 0) pitches -= 1;
        high -= Math.imul(interval(line, at - RUN + 1), LEAVING[0]);
        low -= Math.imul(interval(line, at - RUN + 1), LEAVING[1]);
      }
      if (at === 0) continue;
      high = Math.imul(high, FACTORS[0]) + interval(line, at);
      low = Math.imul(low, FACTORS[1]) + interval(line, at);
      if (at >= RUN - 1 && pitches >= PITCHES) yield (hash(high) >>> 0) * 2 ** 21 + (hash(low) >>> 11);
    }
  }
}

/** From the note before, as a number that is never 0. */
const interval = (line: readonly number[], at: number) => 128 + line[at]! - line[at - 1]!;

/** What rolls the two hashes of a run on, and what an interval has been multiplied by when it leaves the run. */
const FACTORS = [0x2c1b3c6d, 0x297a2d39] as const;
const LEAVING = FACTORS.map((factor) => {
  let power = 1;
  for (let i = 0; i < RUN - 2; i++) power = Math.imul(power, factor);
  return power;
}) as [number, number];

/** The pitches of each part, of notes that begin at one time the highest. */
function linesOf(piece: Pick<Piece, 'tracks'>): number[][] {
  const lines = piece.tracks.map((): Note[] => []);
  for (const note of notesOf(piece)) {
    if (isDrum(note)) continue;
    const line = lines[note.track]!;
    // They come in order of start, then of pitch.
    if (line.at(-1)?.start === note.start) line.pop();
    line.push(note);
  }
  return lines.map((line) => line.map(({ key }) => key));
}
