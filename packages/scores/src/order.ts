import type { Repeats } from './score.js';

/** Measures that a score has at most when it is played. */
const MOST = 100_000;

/**
 * The numbers of the measures in the order in which they are played, repeats and endings followed.
 * @param measures of one part, since all have the same
 */
export function playedOrder(measures: readonly Repeats[]): number[] {
  const order: number[] = [];
  /** where the present repeat begins, and how often it has begun */
  let [from, time] = [0, 1];
  for (let index = 0; index < measures.length && order.length < MOST; ) {
    const { forward, backward, endings } = measures[index]!;
    if (forward && index > from) [from, time] = [index, 1];
    if (endings.length > 0 && !endings.includes(time)) {
      index += 1;
      continue;
    }
    order.push(index);
    // Endings are played as often as they have numbers; elsewhere a repeat says it.
    const times = endings.length > 0 ? Math.max(backward, lastTime(measures, index)) : backward;
    if (backward > 0 && time < times) {
      time += 1;
      index = from;
      continue;
    }
    index += 1;
    const leavesEnding = endings.length > 0 && (measures[index]?.endings.length ?? 0) === 0;
    if (backward > 0 || leavesEnding) [from, time] = [index, 1];
  }
  return order;
}

/** The highest number of the endings that stand beside each other around a measure. */
function lastTime(measures: readonly Repeats[], index: number): number {
  const isEnding = (at: number) => (measures[at]?.endings.length ?? 0) > 0;
  let at = index;
  while (isEnding(at - 1)) at -= 1;
  let last = 0;
  for (; isEnding(at); at++) last = measures[at]!.endings.reduce((most, number) => Math.max(most, number), last);
  return last;
}
