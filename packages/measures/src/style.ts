import type { Note } from '@etude/music';
import type { Onset } from './copies/lines.js';
import { type Entropies, type Range, stepsOf } from './entropies.js';
import { gapPart } from './grid.js';

/** How often each value comes, and their sum. */
class Counts {
  readonly #counts = new Map<number, number>();
  total = 0;

  add(value: number, count = 1): void {
    this.#counts.set(value, this.of(value) + count);
    this.total += count;
  }

  of(value: number): number {
    return this.#counts.get(value) ?? 0;
  }

  /** in bits a value */
  entropy(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum -= count * Math.log2(count / this.total);
    return sum / this.total;
  }

  /** The same values, what is frequent more so or less: shares to the power of `exponent`. */
  sharpened(exponent: number): Counts {
    const result = new Counts();
    for (const [value, count] of this.#counts) result.add(value, this.total * (count / this.total) ** exponent);
    return result;
  }

  /** of this value and all above it */
  from(least: number): number {
    let sum = 0;
    for (const [value, count] of this.#counts) if (value >= least) sum += count;
    return sum;
  }
}

/** Pitches, intervals and times from note to note, of notes in the order of `stepsOf`, and how long the notes last. */
class NoteCounts {
  keys = new Counts();
  intervals = new Counts();
  gaps = new Counts();
  readonly lengths = new Counts();
}

/** Shares with an entropy in a range, not nearer to its ends than a part of it. */
function inRange(counts: Counts, [least, most]: Range): Counts {
  const margin = INWARD * (most - least);
  const entropy = counts.entropy();
  const wanted = Math.min(Math.max(entropy, least + margin), most - margin);
  if (!(Math.abs(wanted - entropy) > 0)) return counts;
  let [flat, sharp] = [0, 4];
  for (let halving = 0; halving < 30; halving++) {
    const middle = (flat + sharp) / 2;
    if (counts.sharpened(middle).entropy() > wanted) flat = middle;
    else sharp = middle;
  }
  return counts.sharpened(sharp);
}

/** How closely each is kept to: a song may have notes of other lengths sooner than it may have another beat. */
const [KEYS, INTERVALS, RHYTHM, LENGTHS] = [2, 2, 3, 1];
/** What a song is held to has an entropy at least this part of the range away from its ends, so that a song that misses it a little is in the range. */
const INWARD = 0.4;
/** Weight of a value that the source does not have at all. */
const FOREIGN = 0.002;

/**
 * Holds the shares of pitches, intervals, rhythms and lengths of a song near those of the piece it was learnt from, while it is written: what came
 * more often than in the piece weighs less, what is due weighs more. A model says what fits here; its errors add up over a song, and nothing
 * in it knows by how much.
 */
export class Balance {
  readonly #source = new NoteCounts();
  readonly #song = new NoteCounts();
  readonly #strength: number;
  readonly #division: number;
  /** keys of the song that began last, low to high, and when */
  #chord: readonly number[] = [];
  #start = 0;
  /** the highest of those that began before */
  #topBefore: number | undefined;
  /** what is due at ticks and from them on, until a note is added: every token that may come asks about the same few */
  readonly #knownAt = new Map<number, number>();
  readonly #knownFrom = new Map<number, number>();
  /** the same of lengths, until a note ends */
  readonly #knownLengths = new Map<number, number>();

  /**
   * @param source what the song is to be like: its notes, and its ticks a quarter note
   * @param range entropies that the song may have
   * @param strength 0: nothing is changed; 1: in proportion to what is due
   * @param division ticks a quarter note of the song
   */
  constructor(
    source: { notes: readonly Note[]; division: number },
    range: Entropies<Range>,
    strength: number,
    division: number,
  ) {
    for (const [at, { key, interval, gap }] of stepsOf(source.notes, source.division).entries()) {
      this.#source.keys.add(key);
      if (at === 0) continue;
      this.#source.intervals.add(interval);
      this.#source.gaps.add(gap);
    }
    for (const { start, end } of source.notes) {
      this.#source.lengths.add(gapPart(end, source.division) - gapPart(start, source.division));
    }
    this.#source.keys = inRange(this.#source.keys, range.pitchEntropy);
    this.#source.intervals = inRange(this.#source.intervals, range.intervalEntropy);
    this.#source.gaps = inRange(this.#source.gaps, range.rhythmEntropy);
    this.#strength = strength;
    this.#division = division;
  }

  /**
   * What the weight of a note is multiplied by; 1 where it is neither due nor too much.
   * @param now how long it has been waited for, as a tick
   */
  ofNote({ start, key }: Onset, now: number): number {
    const { keys, intervals } = this.#song;
    const [below, above] = this.#placeOf(start, key);
    let due = this.#due(this.#source.keys.of(key), this.#source.keys, keys.of(key), keys) ** KEYS;
    for (const interval of [
      below === undefined ? undefined : key - below,
      above === undefined ? undefined : above - key,
    ]) {
      if (interval === undefined) continue;
      due *=
        this.#due(this.#source.intervals.of(interval), this.#source.intervals, intervals.of(interval), intervals) **
        INTERVALS;
    }
    return due ** this.#strength * this.ofOnset(start, now);
  }

  /** What the weight of whatever brings the next note to a tick is multiplied by. */
  ofOnset(start: number, now: number): number {
    if (this.#chord.length === 0) return 1;
    return (this.#dueAt(start) / this.#dueFrom(now)) ** (RHYTHM * this.#strength);
  }

  /** What the weight of waiting is multiplied by: of letting time go on from one tick to another without a note. */
  ofWaiting(now: number, until: number): number {
    return until <= now ? 1 : (this.#dueFrom(until) / this.#dueFrom(now)) ** (RHYTHM * this.#strength);
  }

  /**
   * What the weight of a length is multiplied by.
   * @param isOver it is that of ending a note now, rather than later
   */
  ofLength(ticks: number, isOver: boolean): number {
    const due = remembered(this.#knownLengths, ticks, () => {
      const [source, song] = [this.#source.lengths, this.#song.lengths];
      const length = gapPart(ticks, this.#division);
      const [here, later] = [source.of(length), source.from(length)];
      // No note of the source lasts that long: it is overdue.
      if (isOver && later === 0) return 1 / FOREIGN;
      const due = this.#due(here, source, song.of(length), song);
      return isOver ? due / this.#due(later, source, song.from(length), song) : due;
    });
    return due ** (LENGTHS * this.#strength);
  }

  /** Hears how long a note lasted. */
  addLength(ticks: number): void {
    this.#knownLengths.clear();
    this.#song.lengths.add(gapPart(ticks, this.#division));
  }

  add({ start, key }: Onset): void {
    this.#knownAt.clear();
    this.#knownFrom.clear();
    const { keys, intervals, gaps } = this.#song;
    const [below, above] = this.#placeOf(start, key);
    keys.add(key);
    if (this.#chord.length > 0) gaps.add(this.#gapTo(start));
    if (below !== undefined && above !== undefined) intervals.add(above - below, -1);
    if (below !== undefined) intervals.add(key - below);
    if (above !== undefined) intervals.add(above - key);
    if (this.#chord.length > 0 && this.#gapTo(start) > 0) {
      this.#topBefore = this.#chord.at(-1);
      this.#chord = [];
    }
    if (this.#chord.length === 0) this.#start = start;
    this.#chord = [...this.#chord, key].sort((a, b) => a - b);
  }

  /** The keys that a note comes between, from low to high of what begins with it and behind the highest of what began before. */
  #placeOf(start: number, key: number): [below: number | undefined, above: number | undefined] {
    if (this.#chord.length > 0 && this.#gapTo(start) > 0) return [this.#chord.at(-1), undefined];
    const above = this.#chord.findIndex((other) => other > key);
    const below = above < 0 ? this.#chord.at(-1) : this.#chord[above - 1];
    return [below ?? this.#topBefore, above < 0 ? undefined : this.#chord[above]];
  }

  #gapTo(tick: number): number {
    return gapPart(tick, this.#division) - gapPart(this.#start, this.#division);
  }

  /** Of a note at this tick. */
  #dueAt(tick: number): number {
    return remembered(this.#knownAt, tick, () => {
      const { gaps } = this.#song;
      const gap = this.#gapTo(tick);
      return this.#due(this.#source.gaps.of(gap), this.#source.gaps, gaps.of(gap), gaps);
    });
  }

  /** Of a note at this tick or any later one. */
  #dueFrom(tick: number): number {
    if (this.#chord.length === 0) return 1;
    return remembered(this.#knownFrom, tick, () => {
      const { gaps } = this.#song;
      const least = this.#gapTo(tick);
      return this.#due(this.#source.gaps.from(least), this.#source.gaps, gaps.from(least), gaps);
    });
  }

  /**
   * Above 1 where there should have been more by now, below 1 where there were too many: by how many standard deviations. It is the sum of
   * what went wrong that counts, so that a model that is wrong in the same way all the time is put right all the same.
   */
  #due(wanted: number, { total }: Counts, found: number, song: Counts): number {
    if (wanted === 0) return FOREIGN;
    const expected = (song.total * wanted) / total;
    return Math.exp((expected - found) / Math.sqrt(expected + 1));
  }
}

function remembered(known: Map<number, number>, key: number, find: () => number): number {
  const value = known.get(key) ?? find();
  known.set(key, value);
  return value;
}
