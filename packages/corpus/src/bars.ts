import type { TimeSignature } from '@etude/midi-reader';

/** A bar of a piece. */
export interface Bar {
  /** tick at which it begins */
  readonly start: number;
  /** ticks, at least 1; less than its metre says where another metre begins inside of it */
  readonly length: number;
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * The bars of a piece from its beginning on, as long as they are asked for: they never end. A change of metre begins a bar;
 * where there is no metre it is 4/4.
 * @param timeSignatures in time order
 */
export function* barsOf(timeSignatures: readonly TimeSignature[], division: number): Generator<Bar, never> {
  let metre = { numerator: 4, denominator: 4 };
  let next = 0;
  for (let start = 0; ; ) {
    while (next < timeSignatures.length && timeSignatures[next]!.tick <= start) metre = timeSignatures[next++]!;
    const { numerator, denominator } = metre;
    const whole = Math.max(1, Math.round((division * 4 * numerator) / denominator));
    const length = Math.min(whole, (timeSignatures[next]?.tick ?? Number.POSITIVE_INFINITY) - start);
    yield { start, length, numerator, denominator };
    start += length;
  }
}
