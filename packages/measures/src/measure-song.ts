import { type Note, notesOf, type Piece, tempoMap } from '@etude/music';
import { CopyIndex } from './copy-index.js';
import { type Entropies, entropiesOfHalves, type Range } from './entropies.js';
import { GAP_PARTS, notesOnGrid } from './lines.js';
import { type Monotony, measureMonotony } from './monotony.js';
import { measureNovelty, type Novelty } from './novelty.js';
import { measureSoundness, pitchesOf, type Soundness } from './soundness.js';

/** What can be told of a song beside the music that it was learnt from. */
export type SongMeasures = Novelty & Monotony & Soundness & { readonly notes: number; readonly seconds: number };

/** What is normal: the same measures of parts of the source itself. */
export interface SourceMeasures {
  readonly halves: Entropies<Range>;
  /** of the second half against the first: of a corpus of pieces, of a piece of its notes */
  readonly novelty: Novelty;
}

/** Measures songs against pieces, all of which are indexed once. */
export class SongMeter {
  readonly #index: CopyIndex;
  readonly #pieces: readonly (readonly Note[])[];
  readonly #pitches: ReadonlySet<number>;
  readonly #source: readonly Piece[];

  constructor(pieces: readonly Piece[]) {
    this.#source = pieces;
    this.#pieces = pieces.map(notesOnGrid);
    this.#pitches = pitchesOf(this.#pieces);
    this.#index = new CopyIndex(this.#pieces);
  }

  measure(song: Piece): SongMeasures {
    const notes = notesOf(song);
    const secondsAt = tempoMap(song);
    return {
      notes: notes.length,
      seconds: secondsAt(notes.reduce((latest, { end }) => Math.max(latest, end), 0)),
      ...measureNovelty(notesOnGrid(song), this.#index, secondsOnGrid(song)),
      ...measureMonotony(notes, song),
      ...measureSoundness(song, notes, this.#pitches),
    };
  }

  source(): SourceMeasures {
    const [first, second] = this.#halves();
    const piece = this.#source[0]!;
    const index = new CopyIndex(first);
    const novelties = second.map((notes) => measureNovelty(notes, index, secondsOnGrid(piece)));
    const longest = novelties.reduce((a, b) => ((b.longestRun?.notes ?? 0) > (a.longestRun?.notes ?? 0) ? b : a));
    const share = novelties.reduce((sum, { copiedShare }, i) => sum + copiedShare * second[i]!.length, 0);
    const count = second.reduce((sum, { length }) => sum + length, 0);
    return {
      halves: entropiesOfHalves(this.#source),
      novelty: { longestRun: longest.longestRun, copiedShare: count === 0 ? 0 : share / count },
    };
  }

  #halves(): [(readonly Note[])[], (readonly Note[])[]] {
    const [only, another] = this.#pieces;
    if (another === undefined) {
      const middle = only!.length >> 1;
      return [[only!.slice(0, middle)], [only!.slice(middle)]];
    }
    const middle = this.#pieces.length >> 1;
    return [this.#pieces.slice(0, middle), this.#pieces.slice(middle)];
  }
}

/** Seconds from the beginning of a piece by the times of {@link notesOnGrid}. */
function secondsOnGrid(piece: Piece): (time: number) => number {
  const secondsAt = tempoMap(piece);
  return (time) => secondsAt((time * piece.division) / GAP_PARTS);
}
