import type { Note, Piece } from '@etude/corpus';
import { notesOf } from '@etude/corpus';
import type { Onset } from './copy-guard.js';
import { gapPart, linesOf } from './lines.js';

/** How often each value comes, and their sum. */
class Counts {
  readonly #counts = new Map<number, number>();
  total = 0;

  add(value: number): void {
    this.#counts.set(value, this.of(value) + 1);
    this.total += 1;
  }

  of(value: number): number {
    return this.#counts.get(value) ?? 0;
  }

  /** of this value and all above it */
  from(least: number): number {
    let sum = 0;
    for (const [value, count] of this.#counts) if (value >= least) sum += count;
    return sum;
  }
}

/** Pitches, intervals from note to note, and times from beginning to beginning of some music. */
class NoteCounts {
  readonly keys = new Counts();
  readonly intervals = new Counts();
  readonly gaps = new Counts();
  #last: { start: number; key: number } | undefined;

  add({ start, key }: Pick<Note, 'start' | 'key'>, division: number): void {
    this.keys.add(key);
    if (this.#last !== undefined) {
      this.intervals.add(key - this.#last.key);
      this.gaps.add(gapPart(start - this.#last.start, division));
    }
    this.#last = { start, key };
  }

  get last() {
    return this.#last;
  }
}

/** How many notes a song is taken to have had already as the source has them, so that its first notes are free. */
const PRIOR = 8;
/** How much more closely intervals and rhythms are kept to than pitches: a song may wander to other pitches, not to another beat. */
const [INTERVALS, RHYTHM] = [2, 3];
/** Weight of a value that the source does not have at all. */
const FOREIGN = 0.002;

/**
 * Holds the shares of pitches, intervals and rhythms of a song near those of the piece it was learnt from, while it is written: what came
 * more often than in the piece weighs less, what is due weighs more. A model says what fits here; its errors add up over a song, and nothing
 * in it knows by how much.
 */
export class Balance {
  readonly #source = new NoteCounts();
  readonly #song = new NoteCounts();
  readonly #strength: number;
  readonly #division: number;

  /**
   * @param strength 0: nothing is changed; 1: in proportion to what is due
   * @param division ticks a quarter note of the song
   */
  constructor(source: Piece, strength: number, division: number) {
    const [all = []] = linesOf(notesOf(source));
    for (const note of all) this.#source.add(note, source.division);
    this.#strength = strength;
    this.#division = division;
  }

  /**
   * What the weight of a note is multiplied by; 1 where it is neither due nor too much.
   * @param now how long it has been waited for, as a tick
   */
  ofNote({ start, key }: Onset, now: number): number {
    const { keys, intervals, gaps, last } = this.#song;
    let due = this.#due(this.#source.keys.of(key), this.#source.keys, keys.of(key), keys);
    if (last !== undefined) {
      const interval = key - last.key;
      const gap = gapPart(start - last.start, this.#division);
      due *=
        this.#due(this.#source.intervals.of(interval), this.#source.intervals, intervals.of(interval), intervals) **
        INTERVALS;
      due *=
        (this.#due(this.#source.gaps.of(gap), this.#source.gaps, gaps.of(gap), gaps) / this.#dueFrom(now)) ** RHYTHM;
    }
    return due ** this.#strength;
  }

  /** What the weight of waiting is multiplied by: of letting time go on from one tick to another without a note. */
  ofWaiting(now: number, until: number): number {
    return until <= now ? 1 : (this.#dueFrom(until) / this.#dueFrom(now)) ** (RHYTHM * this.#strength);
  }

  /** Of a note at this tick or any later one. */
  #dueFrom(tick: number): number {
    const { gaps, last } = this.#song;
    if (last === undefined) return 1;
    const least = gapPart(tick - last.start, this.#division);
    return this.#due(this.#source.gaps.from(least), this.#source.gaps, gaps.from(least), gaps);
  }

  add(note: Onset): void {
    this.#song.add(note, this.#division);
  }

  /** How many there should have been by now to how many there were. */
  #due(wanted: number, { total }: Counts, found: number, song: Counts): number {
    if (wanted === 0) return FOREIGN;
    const share = wanted / total;
    return ((song.total + PRIOR) * share + 0.25) / (found + PRIOR * share + 0.25);
  }
}
