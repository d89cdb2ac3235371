/** A time signature; times are in units. */
interface Metre {
  readonly at: number;
  readonly numerator: number;
  readonly denominator: number;
}

/** Shortest beats first that are tried for a bar of its own: MIDI has them up to 128, and a numerator up to 255. */
const BEATS = [4, 8, 16, 32, 64, 128];

/**
 * Time signatures with those added that bars need which the measures of a score do not fill, or more than fill: behind such a bar the next measure begins at
 * a bar line again. Two measures that make a bar together, as those before and behind a repeat sign, stay one.
 * @param metres in the order of time
 * @param measures all that are played, with no time between
 * @param division units a quarter note
 */
export function withIrregularBars(
  metres: readonly Metre[],
  measures: readonly { readonly start: number; readonly length: number }[],
  division: number,
): Metre[] {
  const result: Metre[] = [];
  let next = 0;
  let metre: Metre | undefined;
  /** where the present metre begins its bars */
  let from = 0;
  for (const { start, length } of measures) {
    const changes = next < metres.length && metres[next]!.at <= start;
    if (metre !== undefined) {
      const bar = (metre.numerator * 4 * division) / metre.denominator;
      const inBar = (start - from) % bar;
      const own = inBar > 0 && (changes || inBar + length > bar) ? metreOf(inBar, division) : undefined;
      if (own !== undefined) {
        const barLine = start - inBar;
        // A metre that begins with the bar gives way to that of the bar.
        if (result.at(-1)!.at === barLine) result.pop();
        result.push({ ...own, at: barLine });
        from = start;
        metre = { ...metre, at: start };
        if (!changes) result.push(metre);
      }
    }
    for (; next < metres.length && metres[next]!.at <= start; next++) {
      metre = metres[next]!;
      from = metre.at;
      result.push(metre);
    }
  }
  return [...result, ...metres.slice(next)];
}

function metreOf(length: number, division: number): Omit<Metre, 'at'> | undefined {
  const denominator = BEATS.find((beat) => Number.isInteger((length * beat) / (4 * division)));
  const numerator = denominator === undefined ? 0 : (length * denominator) / (4 * division);
  return numerator >= 1 && numerator <= 255 ? { numerator, denominator: denominator! } : undefined;
}
