import type { TracedToken } from '@etude/generator';
import type { Mark, PageSong } from './content.js';

/** A mark for each token with which something was injected, or for which rules were given up; equal ones at a place are one. */
export function marksOf(trace: readonly TracedToken[]): Mark[] {
  const marks = new Map<string, Mark>();
  for (const { quarter, disturbance, relaxed } of trace) {
    if (disturbance) marks.set(`${quarter} ${disturbance}`, { at: quarter, kind: 'noise', words: disturbance });
    if (relaxed) marks.set(`${quarter} ${relaxed}`, { at: quarter, kind: 'rule', words: `gave up ${relaxed}` });
  }
  return [...marks.values()];
}

/** The sections of a song in a form, each from the first row of it on. */
export function sectionsOf(trace: readonly TracedToken[]): PageSong['sections'] {
  return trace.flatMap(({ quarter, section }) => (section ? [{ at: quarter, name: section }] : []));
}

/** Mean surprise of the tokens of each quarter note, in nats; 0 where the model was not asked. */
export function surpriseByQuarter(trace: readonly TracedToken[]): number[] {
  const sums: number[] = [];
  const counts: number[] = [];
  for (const { quarter, probability } of trace) {
    if (probability === undefined || probability <= 0) continue;
    const place = Math.floor(quarter);
    sums[place] = (sums[place] ?? 0) - Math.log(probability);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return Array.from(sums, (sum, place) => (sum === undefined ? 0 : Math.round((1000 * sum) / counts[place]!) / 1000));
}
