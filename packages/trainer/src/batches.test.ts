import { describe, expect, it } from 'vitest';
import { trainingWindows } from './batches.js';

const sequence = (first: number, length: number) => ({ ids: Int32Array.from({ length }, (_, i) => first + i) });

/** The windows of the first epoch. */
function epochOf(sequences: ReturnType<typeof sequence>[], rows: number, seed: number) {
  const windows: { inputs: Int32Array; targets: Int32Array; counted: number }[] = [];
  for (const window of trainingWindows(sequences, { rows, window: 16, seed })) {
    if (window.epoch > 1) break;
    windows.push(window);
  }
  return windows;
}

describe('the windows of an epoch', () => {
  const long = [0, 1, 2].map((i) => sequence(10_000 * i, 1200));
  const short = Array.from({ length: 120 }, (_, i) => sequence(100_000 + 100 * i, 49));

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('end with all rows together, whatever the order: seed %i', (seed) => {
    const windows = epochOf([...long, ...short], 8, seed);
    // As many windows as the tokens fill, and some for rows whose piece ends inside of a window.
    const slots = windows.reduce((sum, { targets }) => sum + targets.length, 0);
    const tokens = windows.reduce((sum, { counted }) => sum + counted, 0);
    expect(slots / tokens).toBeLessThan(1.1);
  });

  it('have every token of every sequence once', () => {
    const told = epochOf([...long, ...short], 8, 1).flatMap(({ targets }) => [...targets].filter((id) => id >= 0));
    const all = [...long, ...short].flatMap(({ ids }) => [...ids].slice(1));
    expect(told.sort((a, b) => a - b)).toEqual(all.sort((a, b) => a - b));
  });
});
