import { readFileSync } from 'node:fs';
import { ChannelEvents, readMidi } from '@etude/midi-reader';
import { type Note, piecesOf } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { measureMonotony, selfSimilarity } from './monotony.js';
import { measureSoundness } from './soundness.js';

const pieceOf = (name: string) =>
  piecesOf(readMidi(readFileSync(new URL(`../../../data/${name}.mid`, import.meta.url))))[0]!;
const canon = pieceOf('canon-in-d');
const prelude = pieceOf('prelude-bwv-846');

/** A melody: a note a key, each as long as its gap to the next. */
const melody = (keys: readonly number[], gaps: readonly number[] = keys.map(() => 240), from = 0): Note[] => {
  let start = from;
  return keys.map((key, i) => {
    const note = { track: 0, channel: 0, program: 0, key, velocity: 90, start, end: start + gaps[i]! };
    start += gaps[i]!;
    return note;
  });
};

describe('monotony', () => {
  const bars = (...keys: number[][]) =>
    melody(
      keys.flat(),
      keys.flat().map(() => 480),
    );
  const of = (notes: Note[]) => measureMonotony(notes, { ...canon, timeSignatures: [], division: 480 });

  it('counts repeated bars and finds the longest loop', () => {
    const [a, b, c] = [
      [60, 62, 64, 65],
      [67, 65, 64, 62],
      [60, 60, 72, 60],
    ] as const;
    const { repeatedBars, longestLoop } = of(bars([...c], [...a], [...b], [...a], [...b], [...a], [...c]));
    expect(repeatedBars).toBeCloseTo(1 - 3 / 7, 6);
    expect(longestLoop).toEqual({ bars: 2, times: 2, from: 1 });
    expect(of(bars([...a], [...a], [...a], [...a])).longestLoop).toEqual({ bars: 1, times: 4, from: 0 });
    expect(of(bars([...a], [...b], [...c])).longestLoop).toBeUndefined();
  });

  it('is none where there are no notes', () => {
    expect(of([])).toEqual({ repeatedBars: 0, longestLoop: undefined });
  });

  it('tells how alike bars are', () => {
    const matrix = selfSimilarity(bars([60, 62, 64, 65], [60, 62, 64, 65], [60, 62, 70, 71]), {
      ...canon,
      timeSignatures: [],
    });
    expect(matrix.map((row) => [...row].map((x) => Math.round(x * 100)))).toEqual([
      [100, 100, 33],
      [100, 100, 33],
      [33, 33, 100],
    ]);
  });
});

describe('soundness', () => {
  it('counts what would sound like a fault', () => {
    expect(measureSoundness(canon)).toEqual({ stuckNotes: 0, overlaps: 0 });
    const on = (tick: number, key: number) => ({ tick, status: 0x90, data1: key, data2: 80 });
    const events = ChannelEvents.of([on(0, 60), on(240, 64), on(480, 60), on(20 * prelude.division, 72)]);
    const song = { ...prelude, tracks: [{ name: '', events }] };
    expect(measureSoundness(song)).toEqual({ stuckNotes: 2, overlaps: 1 });
  });
});
