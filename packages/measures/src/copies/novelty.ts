import type { Note } from '@etude/music';
import type { CopyIndex, Place } from './copy-index.js';
import { linesOf, soundOf } from './lines.js';

/** What of a song stands in other pieces, transposed and at any tempo. */
export interface Novelty {
  /** the longest copied run, as {@link CopyIndex} defines it */
  readonly longestRun: CopiedRun | undefined;
  /** share of the notes that are in copied runs of at least 8 notes, 0 to 1; notes of one pitch that begin together are one */
  readonly copiedShare: number;
}

export interface CopiedRun {
  readonly notes: number;
  /** from the beginning of its first note to the end of its last one */
  readonly seconds: number;
  /** when it begins in the song, in seconds */
  readonly at: number;
  /** the line of the song in which its notes follow each other: `all`, `skyline`, `drums`, or a track and channel, such as `part 0.3` */
  readonly line: string;
  readonly source: Place;
}

/** Shorter runs are in any music: a scale, a broken chord, a repeated note. */
const SHORTEST_COPY = 8;

/**
 * @param notes of the song
 * @param secondsAt seconds from the beginning of the song by tick
 * @example
 * const index = new CopyIndex([[notesOf(piece)]]);
 * measureNovelty(notesOf(piece), index, tempoMap(piece)).longestRun?.notes; // all notes of its longest line: it is a copy of itself
 */
export function measureNovelty(notes: readonly Note[], index: CopyIndex, secondsAt: (tick: number) => number): Novelty {
  let longestRun: CopiedRun | undefined;
  const copied = new Set<number>();
  for (const line of linesOf(notes)) {
    const runs = index.runsOf(line);
    let until = 0;
    for (const [first, count] of runs.lengths.entries()) {
      if (count >= SHORTEST_COPY) {
        for (let i = Math.max(first, until); i < first + count; i++) copied.add(soundOf(line.notes[i]!));
        until = Math.max(until, first + count);
      }
      if (count > (longestRun?.notes ?? 1)) {
        const inRun = line.notes.slice(first, first + count);
        const at = secondsAt(inRun[0]!.start);
        const end = secondsAt(inRun.reduce((latest, note) => Math.max(latest, note.end), 0));
        longestRun = { notes: count, seconds: end - at, at, line: line.name, source: runs.placeOf(first)! };
      }
    }
  }
  const sounds = new Set(notes.map(soundOf)).size;
  return { longestRun, copiedShare: sounds === 0 ? 0 : copied.size / sounds };
}
