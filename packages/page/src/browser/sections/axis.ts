/** An axis of a plot. */
export interface Axis {
  readonly scale: 'linear' | 'log' | 'categories';
  /** where a value stands, from 0 at the beginning to 1 at the end */
  readonly at: (value: unknown) => number;
  /** what is written along it */
  readonly ticks: readonly Tick[];
}

interface Tick {
  readonly at: number;
  readonly text: string;
}

/** Beyond this many different values, ticks stand at round numbers. */
const MOST_VALUES = 8;
/** The ratio of the largest value to the smallest from which the ratio is what counts. */
const LOG_FROM = 10;
/** Share of the axis that is free at each end. */
const MARGIN = 0.06;

/** An axis for values of a parameter: logarithmic where they span more than a factor of 10, and of categories where any is no number. */
export function axisOf(values: readonly unknown[]): Axis {
  const texts = [...new Set(values.map(valueInWords))];
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length || numbers.length === 0) {
    const place = (text: string) => (texts.indexOf(text) + 0.5) / texts.length;
    return {
      scale: 'categories',
      at: (value) => place(valueInWords(value)),
      ticks: texts.map((text) => ({ at: place(text), text })),
    };
  }
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isLog = low > 0 && high / low > LOG_FROM;
  const scaled = isLog ? Math.log10 : (value: number) => value;
  const at = scaleBetween(scaled(low), scaled(high));
  const different = [...new Set(numbers)].sort((a, b) => a - b);
  const chosen = different.length <= MOST_VALUES ? different : isLog ? logTicks(low, high) : linearTicks(low, high);
  return {
    scale: isLog ? 'log' : 'linear',
    at: (value) => at(scaled(value as number)),
    ticks: chosen.map((value) => ({ at: at(scaled(value)), text: valueInWords(value) })),
  };
}

/** A linear axis with ticks at round numbers, each as `text` says it. */
export function measureAxis(values: readonly number[], text: (value: number) => string): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = scaleBetween(low, high);
  const round = linearTicks(low, high);
  const texts = round.map(text);
  // A text that says no difference between two ticks is not precise enough.
  const isPrecise = new Set(texts).size === texts.length;
  return {
    scale: 'linear',
    at: (value) => at(value as number),
    ticks: round.map((value, index) => ({ at: at(value), text: isPrecise ? texts[index]! : valueInWords(value) })),
  };
}

/** The ticks that have room where a unit of the axis is `length` wide, at some 6.5 units a letter. */
export function withRoom(ticks: readonly Tick[], length: number): Tick[] {
  const kept: Tick[] = [];
  const half = ({ text }: Tick) => (6.5 * text.length) / 2;
  for (const tick of ticks) {
    const before = kept.at(-1);
    if (!before || (tick.at - before.at) * length > half(tick) + half(before) + 6) kept.push(tick);
  }
  return kept;
}

/** A value of a parameter as it is read. */
export function valueInWords(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (typeof value === 'string') return value;
  return JSON.stringify(value) ?? '–';
}

function scaleBetween(low: number, high: number): (value: number) => number {
  return (value) => (high > low ? MARGIN + ((value - low) / (high - low)) * (1 - 2 * MARGIN) : 0.5);
}

/** Some five multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(low: number, high: number): number[] {
  if (high <= low) return [low];
  const raw = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw)!;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}

/** 1, 2 and 5 times powers of ten; over more than three decades only the powers. */
function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.floor(Math.log10(high))];
  const factors = last - first > 3 ? [1] : [1, 2, 5];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((value) => value >= low && value <= high);
}
