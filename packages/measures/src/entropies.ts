import { isDrum, type Note, notesOf, type Piece } from '@etude/music';
import { gapPart } from './grid.js';

/** Entropies in bits: of pitches, of intervals from note to note, of times from beginning to beginning in 24ths of a quarter note. */
export interface Entropies<T = number> {
  readonly pitchEntropy: T;
  readonly intervalEntropy: T;
  readonly rhythmEntropy: T;
}

/** The least and the most. */
export type Range = readonly [least: number, most: number];

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
