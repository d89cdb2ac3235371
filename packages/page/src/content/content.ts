import { jsonFormat } from '@etude/music';
import type { LearningCurve } from '@etude/trainer';

/** What a page shows of an experiment's songs, and of how they were learned. Times in music are in quarter notes from the beginning. */
export interface PageContent {
  readonly songs: readonly PageSong[];
  /** some of the pieces learned from: the first, and those that songs copy from */
  readonly sources: readonly PagePiece[];
  /** how many pieces there are in all */
  readonly sourceCount: number;
  readonly curve: LearningCurve;
  readonly distributions: readonly Distribution[];
  readonly measures: readonly MeasureRow[];
  /** samples that each instrument has at most, where the page would have become too large with all of them */
  readonly samplesEach?: number | undefined;
}

/** Bytes that the sounds of a page have at most, where instruments can do with fewer samples. */
export const MOST_SOUNDS = 4_000_000;

export interface PagePiece {
  readonly name: string;
  /** a MIDI file in base64 */
  readonly midi: string;
}

export interface PageSong extends PagePiece {
  /** what was injected, and which rules were given up */
  readonly marks: readonly Mark[];
  /** of a song in a form: where each begins; an apostrophe says that it is a varied repeat */
  readonly sections: readonly { readonly at: number; readonly name: string }[];
  /** of the model: for each quarter note in order, nats per token, 0 where it was not asked */
  readonly surprise: readonly number[];
  /** the longest copied run first */
  readonly copies: readonly PageCopy[];
  /** how alike bars are, row by row, 0 to 9 for each pair: a digit each */
  readonly similarity: readonly string[];
}

export interface Mark {
  readonly at: number;
  readonly kind: 'noise' | 'rule';
  readonly words: string;
}

export interface PageCopy {
  readonly notes: number;
  readonly from: number;
  readonly until: number;
  /** where it stands in one of the sources; undefined where that piece is not on the page */
  readonly source?: { readonly piece: number; readonly from: number; readonly until: number } | undefined;
}

/** How often each value comes, in songs and in the source, as shares of all. */
export interface Distribution {
  readonly name: string;
  readonly unit: string;
  readonly labels: readonly string[];
  readonly songs: readonly number[];
  readonly source: readonly number[];
}

/** A measure in the words of a musician. */
export interface MeasureRow {
  readonly name: string;
  readonly explanation: string;
  /** of each song, as it is to be read; `value` sorts them */
  readonly songs: readonly { readonly text: string; readonly value: number; readonly isUnusual: boolean }[];
  /** what is normal in the source */
  readonly normal: string;
}

/** What a page shows, as JSON. It is written and read by one version of Etude. */
export const contentFormat = jsonFormat((value) => value as PageContent);
