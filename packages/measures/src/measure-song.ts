import { type Note, notesOf, type Piece, tempoMap } from '@etude/music';
import { CopyIndex, type Versions } from './copies/copy-index.js';
import { measureNovelty, type Novelty } from './copies/novelty.js';
import type { RunHashes } from './copies/run-hashes.js';
import { type Monotony, measureMonotony } from './monotony.js';
import { measureSoundness, type Soundness } from './soundness.js';

/** What can be told of a song beside the music that it was learnt from. */
export type SongMeasures = Novelty &
  Monotony &
  Soundness & {
    readonly notes: number;
    readonly seconds: number;
    /** notes of the longest run that the music of the base model has as well, 0 where it is shorter than 9; undefined where that music is not known */
    readonly baseRun?: number | undefined;
  };

/** What is normal: the same measures of parts of the source itself. */
export interface SourceMeasures {
  /** of the second half against the first: of a corpus of pieces, of a piece of its notes */
  readonly novelty: Pick<Novelty, 'longestRun' | 'copiedShare'>;
}

/**
 * Measures songs against pieces, all of which are indexed once.
 * @example
 * const meter = new SongMeter([[notesOf(piece)]]);
 * meter.measure(excerpt(piece, 0, 2 * bar)).copiedShare; // 1: all of it is copied
 */
export class SongMeter {
  readonly #index: CopyIndex;
  readonly #base: RunHashes | undefined;

  /**
   * @param pieces that the songs were learnt from, each in one way or several
   * @param base runs of the music that the base model has learned from
   */
  constructor(pieces: readonly Versions[], base?: RunHashes) {
    this.#base = base;
    this.#index = new CopyIndex(pieces);
  }

  measure(song: Piece): SongMeasures {
    const notes = notesOf(song);
    const secondsAt = tempoMap(song);
    return {
      notes: notes.length,
      seconds: secondsAt(notes.reduce((latest, { end }) => Math.max(latest, end), 0)),
      ...measureNovelty(notes, this.#index, secondsAt),
      baseRun: this.#base?.longestIn(notes),
      ...measureMonotony(notes, song),
      ...measureSoundness(song),
    };
  }
}

/**
 * @param pieces that songs are learned from, at least one
 * @example
 * measureSource([canon]).novelty.copiedShare; // 0.55: so much of the second half was there in the first
 */
export function measureSource(pieces: readonly Piece[]): SourceMeasures {
  const [first, second] = halves(pieces);
  const index = new CopyIndex(first.map((notes) => [notes]));
  const novelties = second.map(({ notes, piece }) => measureNovelty(notes, index, tempoMap(piece)));
  const longest = novelties.reduce((a, b) => ((b.longestRun?.notes ?? 0) > (a.longestRun?.notes ?? 0) ? b : a));
  const share = novelties.reduce((sum, { copiedShare }, i) => sum + copiedShare * second[i]!.notes.length, 0);
  const count = second.reduce((sum, { notes }) => sum + notes.length, 0);
  return {
    novelty: { longestRun: longest.longestRun, copiedShare: count === 0 ? 0 : share / count },
  };
}

/** The first half of a corpus, or of the notes of a piece, and the second one. */
function halves(pieces: readonly Piece[]): [(readonly Note[])[], { notes: readonly Note[]; piece: Piece }[]] {
  const [only, another] = pieces;
  if (another === undefined) {
    const notes = notesOf(only!);
    const middle = notes.length >> 1;
    return [[notes.slice(0, middle)], [{ notes: notes.slice(middle), piece: only! }]];
  }
  const middle = pieces.length >> 1;
  return [
    pieces.slice(0, middle).map(notesOf),
    pieces.slice(middle).map((piece) => ({ notes: notesOf(piece), piece })),
  ];
}
