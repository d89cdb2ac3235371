import { isDrum } from '@etude/music';
import type { Onset } from './lines.js';

/** Steps of an octave in which ratios of times are told apart: to about 3 %. */
const RATIO_STEPS = 24;
/** The least of the ratios of ticks, which are below 2 to the power of 53. */
const LEAST_RATIO = -53 * RATIO_STEPS;
/** How a note follows another in time; then come the ratios. */
const [TOGETHER, APART] = [0, 1];
/** Intervals, then pairs of keys of percussion. */
const [INTERVALS, PITCHES] = [256, 256 + 128 * 128];

/**
 * A line without its key and its tempo: for each note but the first a number of at least 0 that says how it follows the one before: by which
 * interval, or of percussion from which key to which; and whether together with it, or after which time, as the ratio to the last such time
 * before. Two runs of notes are alike where their codes are, the first time of each taken by {@link withoutRatio}: a run begins with its
 * first note, and knows nothing of the time before it.
 * @param notes of a {@link Line}, all of percussion or none
 */
export function codesOf(notes: readonly Onset[]): Int32Array {
  const codes = new Int32Array(Math.max(0, notes.length - 1));
  let before = 0;
  for (let k = 0; k < codes.length; k++) {
    const [from, to] = [notes[k]!, notes[k + 1]!];
    const pitch = isDrum(to) ? INTERVALS + 128 * from.key + to.key : to.key - from.key + 128;
    const gap = to.start - from.start;
    codes[k] = timeCode(gap, before) * PITCHES + pitch;
    if (gap > 0) before = gap;
  }
  return codes;
}

function timeCode(gap: number, before: number): number {
  if (gap === 0) return TOGETHER;
  if (before === 0) return APART;
  return APART + 1 + Math.round(Math.log2(gap / before) * RATIO_STEPS) - LEAST_RATIO;
}

/** Whether a note begins later than the one before. */
export function isApart(code: number): boolean {
  return code >= APART * PITCHES;
}

/** The code of a note that begins with or after the one before, no matter how long after. */
export function withoutRatio(code: number): number {
  return isApart(code) ? APART * PITCHES + (code % PITCHES) : code;
}
