import { isDrum, type Note, notesOf, type Piece } from '@etude/music';

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
  const seen = new Map<string, number>();
  for (const piece of pieces) {
    const place = families.push(families.length) - 1;
    for (const run of runsOf(piece)) {
      const before = seen.get(run);
      if (before === undefined) {
        seen.set(run, place);
        continue;
      }
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
  readonly #runs = new Set<string>();

  constructor(pieces: Iterable<Pick<Piece, 'tracks'>>) {
    for (const piece of pieces) for (const run of runsOf(piece)) this.#runs.add(run);
  }

  /** Whether a piece is a variant of one of them. */
  has(piece: Pick<Piece, 'tracks'>): boolean {
    for (const run of runsOf(piece)) if (this.#runs.has(run)) return true;
    return false;
  }
}

/** Every run of each part, as the intervals from note to note. */
function* runsOf(piece: Pick<Piece, 'tracks'>): Generator<string> {
  for (const line of linesOf(piece)) {
    const intervals = line.slice(1).map((key, index) => String.fromCharCode(128 + key - line[index]!));
    const text = intervals.join('');
    for (let from = 0; from + RUN <= line.length; from++) {
      if (new Set(line.slice(from, from + RUN)).size >= PITCHES) yield text.slice(from, from + RUN - 1);
    }
  }
}

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
