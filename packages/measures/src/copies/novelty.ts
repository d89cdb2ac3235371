import type { Note } from '@etude/music';
import type { CopyIndex, Place } from './copy-index.js';
import { linesOf, soundOf } from './lines.js';

/** What of a song stands in other pieces, transposed and at any tempo. */
export interface Novelty {
  /** the longest copied run, as {@link CopyIndex} defines it */
  readonly longestRun: CopiedRun | undefined;
  /** the longest copied runs of at least 8 notes, the longest first, none within the time of another; at most 20 */
  readonly runs: readonly CopiedRun[];
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
const MOST_RUNS = 20;

/**
 * @param notes of the song
 * @param secondsAt seconds from the beginning of the song by tick
 * @example
 * const index = new CopyIndex([[notesOf(piece)]]);
 * measureNovelty(notesOf(piece), index, tempoMap(piece)).longestRun?.notes; // all notes of its longest line: it is a copy of itself
 */
export function measureNovelty(notes: readonly Note[], index: CopyIndex, secondsAt: (tick: number) => number): Novelty {
  let longestRun: CopiedRun | undefined;
  const long: CopiedRun[] = [];
  const copied = new Set<number>();
  for (const line of linesOf(notes)) {
    const runs = index.runsOf(line);
    const runAt = (first: number, count: number): CopiedRun => {
      const inRun = line.notes.slice(first, first + count);
      const at = secondsAt(inRun[0]!.start);
      const end = secondsAt(inRun.reduce((latest, note) => Math.max(latest, note.end), 0));
      return { notes: count, seconds: end - at, at, line: line.name, source: runs.placeOf(first)! };
    };
    let until = 0;
    for (const [first, count] of runs.lengths.entries()) {
      if (count >= SHORTEST_COPY) {
        for (let i = Math.max(first, until); i < first + count; i++) copied.add(soundOf(line.notes[i]!));
        if (first + count > until) long.push(runAt(first, count));
        until = Math.max(until, first + count);
      }
      if (count > (longestRun?.notes ?? 1)) longestRun = runAt(first, count);
    }
  }
  const sounds = new Set(notes.map(soundOf)).size;
  return { longestRun, runs: longestOf(long), copiedShare: sounds === 0 ? 0 : copied.size / sounds };
}

/** The longest runs, those left out that sound while a longer one does. */
function longestOf(runs: readonly CopiedRun[]): CopiedRun[] {
  const kept: CopiedRun[] = [];
  for (const run of [...runs].sort((a, b) => b.notes - a.notes || a.at - b.at)) {
    if (kept.length === MOST_RUNS) break;
    const isWithin = kept.some(({ at, seconds }) => run.at >= at && run.at + run.seconds <= at + seconds);
    if (!isWithin) kept.push(run);
  }
  return kept;
}
