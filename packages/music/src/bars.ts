import type { TimeSignature } from '@etude/midi-reader';
import type { Piece } from './piece.js';

/** A bar of a piece. */
export interface Bar {
  /** tick at which it begins */
  readonly start: number;
  /** ticks, at least 1; less than its metre says where another metre begins inside of it */
  readonly length: number;
  readonly numerator: number;
  readonly denominator: number;
}

/** Bars of a song that are looked at one by one; what comes later is not: a token may stand for a leap over millions of them. */
const MOST_BARS = 4_000;

/**
 * The bars of a piece that begin before a tick, at most the first 4,000.
 * @example
 * [...barsBefore(1920, { timeSignatures: [], division: 480 })]; // one bar: { start: 0, length: 1920, numerator: 4, denominator: 4 }
 */
export function* barsBefore(tick: number, piece: Pick<Piece, 'timeSignatures' | 'division'>): Generator<Bar> {
  let count = 0;
  for (const bar of barsOf(piece.timeSignatures, piece.division)) {
    if (bar.start >= tick || count++ === MOST_BARS) return;
    yield bar;
  }
}

/**
 * How many bars begin before a tick, without going through them.
 * @example
 * countBars(1921, { timeSignatures: [], division: 480 }); // 2: the second begins at tick 1920
 */
export function countBars(
  tick: number,
  { timeSignatures, division }: Pick<Piece, 'timeSignatures' | 'division'>,
): number {
  let count = 0;
  let metre = { tick: 0, numerator: 4, denominator: 4 };
  const until = (end: number) => {
    count += Math.ceil(Math.max(0, end - metre.tick) / barTicks(metre, division));
  };
  for (const next of timeSignatures) {
    if (next.tick >= tick) break;
    until(next.tick);
    metre = next;
  }
  until(tick);
  return count;
}

function barTicks({ numerator, denominator }: Pick<Bar, 'numerator' | 'denominator'>, division: number): number {
  return Math.max(1, Math.round((division * 4 * numerator) / denominator));
}

/**
 * The bars of a piece from its beginning on, as long as they are asked for: they never end. A change of metre begins a bar;
 * where there is no metre it is 4/4.
 * @param timeSignatures in time order
 * @example
 * const bars = barsOf([{ tick: 0, numerator: 3, denominator: 4 }], 480);
 * bars.next().value; // { start: 0, length: 1440, numerator: 3, denominator: 4 }
 * bars.next().value.start; // 1440
 */
export function* barsOf(timeSignatures: readonly TimeSignature[], division: number): Generator<Bar, never> {
  let metre = { numerator: 4, denominator: 4 };
  let next = 0;
  for (let start = 0; ; ) {
    while (next < timeSignatures.length && timeSignatures[next]!.tick <= start) metre = timeSignatures[next++]!;
    const { numerator, denominator } = metre;
    const length = Math.min(
      barTicks(metre, division),
      (timeSignatures[next]?.tick ?? Number.POSITIVE_INFINITY) - start,
    );
    yield { start, length, numerator, denominator };
    start += length;
  }
}

/**
 * Ticks of a bar of the first metre of a piece, where a quarter note has `division`.
 * @example
 * ticksOfBar({ timeSignatures: [{ tick: 0, numerator: 6, denominator: 8 }], division: 480 }, 24); // 72
 */
export function ticksOfBar(source: Pick<Piece, 'timeSignatures' | 'division'>, division: number): number {
  const [bar] = barsOf(source.timeSignatures.slice(0, 1), source.division);
  return Math.max(1, Math.round((bar!.length * division) / source.division));
}
