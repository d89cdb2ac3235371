import type { Note } from '@etude/music';
import type { CopyIndex, Place } from './copy-index.js';
import { linesOf } from './lines.js';

/** What of a song stands in other pieces, transposed and at any tempo. */
export interface Novelty {
  /** the longest run of notes that some piece has as well */
  readonly longestRun: CopiedRun | undefined;
  /** share of the notes that are in copied runs of at least 8 notes, 0 to 1 */
  readonly copiedShare: number;
}

export interface CopiedRun {
  readonly notes: number;
  /** from the beginning of its first note to the end of its last one */
  readonly seconds: number;
  /** when it begins in the song, in seconds */
  readonly at: number;
  readonly source: Place;
}

/** Shorter runs are in any music: a scale, a broken chord, a repeated note. */
const SHORTEST_COPY = 8;

/**
 * @param notes of the song, in order of start
 * @param secondsAt seconds from the beginning of the song by tick
 */
export function measureNovelty(notes: readonly Note[], index: CopyIndex, secondsAt: (tick: number) => number): Novelty {
  let longestRun: CopiedRun | undefined;
  const copied = new Set<Note>();
  for (const line of linesOf(notes)) {
    const runs = index.runsOf(line);
    let until = 0;
    for (let first = 0; first < line.length; first++) {
      const count = runs.notes[first]!;
      if (count >= SHORTEST_COPY) {
        for (let i = Math.max(first, until); i < first + count; i++) copied.add(line[i]!);
        until = Math.max(until, first + count);
      }
      if (count > (longestRun?.notes ?? 1)) {
        const at = secondsAt(line[first]!.start);
        const end = secondsAt(line.slice(first, first + count).reduce((latest, note) => Math.max(latest, note.end), 0));
        longestRun = { notes: count, seconds: end - at, at, source: runs.placeOf(first)! };
      }
    }
  }
  const pitched = linesOf(notes)[0]!.length;
  return { longestRun, copiedShare: pitched === 0 ? 0 : copied.size / pitched };
}
