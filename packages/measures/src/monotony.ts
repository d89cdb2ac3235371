import { barsBefore, isDrum, type Note, notesOf, type Piece } from '@etude/music';
import { gapPart } from './lines.js';

/** Entropies in bits: of pitches, of intervals from note to note, of times from beginning to beginning in 24ths of a quarter note. */
export interface Entropies<T = number> {
  readonly pitchEntropy: T;
  readonly intervalEntropy: T;
  readonly rhythmEntropy: T;
}

/** The least and the most. */
export type Range = readonly [least: number, most: number];

/** How much a song loops. */
export interface Monotony extends Entropies {
  /** share of the bars with notes that start the same notes at the same places as an earlier one, 0 to 1 */
  readonly repeatedBars: number;
  /** the longest stretch that is played twice or more without anything between */
  readonly longestLoop: Loop | undefined;
}

export interface Loop {
  /** how long one turn is, in bars */
  readonly bars: number;
  /** how often it comes, one after the other, at least 2 */
  readonly times: number;
  /** bar of its beginning, counted from 0 */
  readonly from: number;
}

/** Notes in their bars, to 24ths of a quarter note: what repeats when a bar repeats. */
function barContents(notes: readonly Note[], piece: Piece): string[] {
  const bars: string[][] = [];
  const last = notes.at(-1)?.start ?? -1;
  let next = 0;
  for (const { start, length } of barsBefore(last + 1, piece)) {
    const content: string[] = [];
    for (; next < notes.length && notes[next]!.start < start + length; next++) {
      const note = notes[next]!;
      const [place, length] = [note.start - start, note.end - note.start].map((ticks) =>
        gapPart(ticks, piece.division),
      );
      content.push(`${note.channel}:${place}:${note.key}:${length}`);
    }
    bars.push(content);
  }
  return bars.map((content) => content.sort().join(' '));
}

export function measureMonotony(notes: readonly Note[], piece: Piece): Monotony {
  const bars = barContents(notes, piece);
  const filled = bars.filter((content) => content !== '');
  return {
    repeatedBars: filled.length === 0 ? 0 : 1 - new Set(filled).size / filled.length,
    ...measureEntropies(notes, piece.division),
    longestLoop: longestLoop(bars),
  };
}

/**
 * @param notes in order of start
 * @param division ticks a quarter note
 */
export function measureEntropies(notes: readonly Note[], division: number): Entropies {
  const steps = stepsOf(notes, division);
  return {
    pitchEntropy: entropy(steps.map(({ key }) => key)),
    intervalEntropy: entropy(steps.slice(1).map(({ interval }) => interval)),
    rhythmEntropy: entropy(steps.slice(1).map(({ gap }) => gap)),
  };
}

/**
 * Pitched notes of all instruments from low to high where they begin together, each with its way from the one before, 0 for the first:
 * in semitones, and in 24ths of a quarter note.
 */
export function stepsOf(
  notes: readonly Note[],
  division: number,
): { readonly key: number; readonly interval: number; readonly gap: number }[] {
  const placed = notes
    .filter((note) => !isDrum(note))
    .map(({ start, key }) => ({ place: gapPart(start, division), key }))
    .sort((a, b) => a.place - b.place || a.key - b.key);
  return placed.map(({ place, key }, at) => {
    const before = placed[at - 1] ?? { place, key };
    return { key, interval: key - before.key, gap: place - before.place };
  });
}

/** The notes of a piece's first half and of its second. */
export function halvesOf(piece: Piece): [Note[], Note[]] {
  const notes = notesOf(piece);
  const middle = notes.length >> 1;
  return [notes.slice(0, middle), notes.slice(middle)];
}

/** What is normal: the range over the halves of each piece. */
export function entropiesOfHalves(pieces: readonly Piece[]): Entropies<Range> {
  const halves = pieces.flatMap((piece) => halvesOf(piece).map((half) => measureEntropies(half, piece.division)));
  const range = (key: keyof Entropies): Range => {
    const values = halves.map((half) => half[key]);
    return values.reduce<Range>(
      ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
  };
  return {
    pitchEntropy: range('pitchEntropy'),
    intervalEntropy: range('intervalEntropy'),
    rhythmEntropy: range('rhythmEntropy'),
  };
}

/** How far entropies are outside of ranges, in bits, all together; 0 where all are inside. */
export function bitsOutside(entropies: Entropies, ranges: Entropies<Range>): number {
  let sum = 0;
  for (const key of ['pitchEntropy', 'intervalEntropy', 'rhythmEntropy'] as const) {
    const [least, most] = ranges[key];
    sum += Math.max(0, least - entropies[key], entropies[key] - most);
  }
  return sum;
}

/** Entropy of how often each value comes, in bits. */
function entropy(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / values.length) * Math.log2(count / values.length);
  return sum + 0;
}

/** The stretch of bars that is played again at once, longest in all; empty bars are no loop. */
function longestLoop(bars: readonly string[]): Loop | undefined {
  let best: Loop | undefined;
  for (let period = 1; 2 * period <= bars.length; period++) {
    let equal = 0;
    for (let i = 0; i + period < bars.length; i++) {
      equal = bars[i] === bars[i + period] && bars[i] !== '' ? equal + 1 : 0;
      const times = Math.floor(equal / period) + 1;
      const total = best === undefined ? 0 : best.bars * best.times;
      if (times >= 2 && times * period > total) best = { bars: period, times, from: i + 1 - equal };
    }
  }
  return best;
}

/**
 * How alike any two bars are: the share of their notes (place and key) that both have, 1 on the diagonal.
 * @returns rows of the matrix, bars by bars
 */
export function selfSimilarity(notes: readonly Note[], piece: Piece): Float32Array[] {
  const bars = barContents(notes, piece).map((content) => new Set(content === '' ? [] : content.split(' ')));
  return bars.map((a) =>
    Float32Array.from(bars, (b) => {
      if (a === b) return 1;
      let both = 0;
      for (const note of a) if (b.has(note)) both += 1;
      const either = a.size + b.size - both;
      return either === 0 ? 1 : both / either;
    }),
  );
}
