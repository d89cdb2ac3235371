import type { CopyIndex } from './copy-index.js';
import { contourOf } from './lines.js';

/** Where a note begins. */
export interface Onset {
  /** ticks, never before those of the notes that came before */
  readonly start: number;
  /** 0 to 127 */
  readonly key: number;
  readonly track: number;
  readonly channel: number;
}

/**
 * Watches a song while it is written, so that no run of more than `limit` notes stands in the pieces of an index: of all notes
 * together, and of each instrument's.
 */
export class CopyGuard {
  readonly #index: CopyIndex;
  readonly #limit: number;
  readonly #all: Onset[] = [];
  readonly #voices = new Map<number, Onset[]>();

  constructor(index: CopyIndex, limit: number) {
    this.#index = index;
    this.#limit = limit;
  }

  /** Whether a note may come next. */
  allows(note: Onset): boolean {
    return this.#isNew(this.#all, note) && this.#isNew(this.#voiceOf(note), note);
  }

  add(note: Onset): void {
    for (const line of [this.#all, this.#voiceOf(note)]) line.splice(placeIn(line, note), 0, note);
  }

  #voiceOf({ track, channel }: Onset): Onset[] {
    const voice = track * 16 + channel;
    const line = this.#voices.get(voice) ?? [];
    this.#voices.set(voice, line);
    return line;
  }

  /** Whether none of the runs of one note too many that the note would be in stands in the index. */
  #isNew(line: readonly Onset[], note: Onset): boolean {
    const place = placeIn(line, note);
    // The run, what comes behind it in a chord, and before it as much as its first ratio of time depends on.
    let from = Math.max(0, place - this.#limit);
    while (from > 0 && line[from]?.start === line[from - 1]!.start) from -= 1;
    from = Math.max(0, from - 1);
    const tail = [...line.slice(from, place), note, ...line.slice(place)];
    const contour = contourOf(tail);
    const symbols = 2 * this.#limit - 1;
    for (let end = place - from; end < tail.length; end++) {
      const until = 2 * end - 1;
      if (until >= symbols && this.#index.contains(contour.subarray(until - symbols, until))) return false;
    }
    return true;
  }
}

/** Notes that begin together stand in the order of tracks, then keys, as everywhere. */
function placeIn(line: readonly Onset[], note: Onset): number {
  let place = line.length;
  while (place > 0) {
    const { start, track, key } = line[place - 1]!;
    if (start < note.start || track < note.track || (track === note.track && key <= note.key)) break;
    place -= 1;
  }
  return place;
}
