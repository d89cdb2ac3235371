import { readFileSync } from 'node:fs';
import { readMidi } from '@etude/midi-reader';
import { type Note, notesOf, piecesOf } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { bitsOutside, type Entropies, entropiesOfHalves, measureEntropies, type Range } from './entropies.js';
import { measureMonotony, selfSimilarity } from './monotony.js';
import { measureSoundness, pitchesOf } from './soundness.js';
import { Balance } from './style.js';

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

  it('knows the entropies of pitches, intervals and rhythm', () => {
    const { pitchEntropy, intervalEntropy, rhythmEntropy } = of(
      melody([60, 62, 60, 62, 60], [240, 240, 240, 240, 240]),
    );
    expect(pitchEntropy).toBeCloseTo(-0.6 * Math.log2(0.6) - 0.4 * Math.log2(0.4), 9);
    expect(intervalEntropy).toBe(1);
    expect(rhythmEntropy).toBe(0);
    expect(of([])).toEqual({
      ...{ repeatedBars: 0, pitchEntropy: 0, intervalEntropy: 0, rhythmEntropy: 0, longestLoop: undefined },
    });
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
    expect(measureSoundness(canon, notesOf(canon), pitchesOf([notesOf(canon)]))).toEqual({
      ...{ stuckNotes: 0, overlaps: 0, inScale: 1, outOfRange: 0 },
    });
    const { inScale, outOfRange } = measureSoundness(prelude, melody([60, 61, 120]), pitchesOf([melody([60, 62, 64])]));
    expect([inScale, outOfRange]).toEqual([2 / 3, 1]);
  });
});

it('tells the range of the halves of each piece, and how far a song is outside of it', () => {
  const halves = entropiesOfHalves([prelude, canon]);
  // The prelude has one note value until its last bars; the canon's parts have four.
  expect(halves.rhythmEntropy[0]).toBe(0);
  expect(halves.rhythmEntropy[1]).toBeGreaterThan(1);
  const inside = {
    pitchEntropy: halves.pitchEntropy[0],
    intervalEntropy: halves.intervalEntropy[1],
    rhythmEntropy: 0.5,
  };
  expect(bitsOutside(inside, halves)).toBe(0);
  const outside = {
    ...inside,
    rhythmEntropy: halves.rhythmEntropy[1] + 0.25,
    pitchEntropy: halves.pitchEntropy[0] - 1,
  };
  expect(bitsOutside(outside, halves)).toBeCloseTo(1.25, 9);
});

describe('the balance', () => {
  const whole = { notes: notesOf(prelude), division: prelude.division };
  const rangeOf = ({ notes, division }: typeof whole, from = 0, until = 0): Entropies<Range> => {
    const { pitchEntropy: pitch, intervalEntropy: interval, rhythmEntropy: rhythm } = measureEntropies(notes, division);
    const range = (bits: number): Range => [bits + from, bits + until];
    return { pitchEntropy: range(pitch), intervalEntropy: range(interval), rhythmEntropy: range(rhythm) };
  };
  const note = (start: number, key: number) => ({ start, key, track: 0, channel: 0 });

  it('is even at first, then holds back what came too often and favours what is due', () => {
    const balance = new Balance(whole, rangeOf(whole), 1, prelude.division);
    const keys = [60, 64, 67];
    const even = keys.map((key) => balance.ofNote(note(0, key), 0));
    for (const weight of even) expect(weight).toBeCloseTo(1, 6);
    for (let i = 0; i < 20; i++) balance.add(note(i * (prelude.division / 4), 60));
    const [same, third] = keys.map((key) => balance.ofNote(note(5 * prelude.division, key), 5 * prelude.division));
    expect(same!).toBeLessThan(third! / 4);
  });

  it('keeps to the times between notes, and to the music', () => {
    const balance = new Balance(whole, rangeOf(whole), 1, prelude.division);
    const sixteenth = prelude.division / 4;
    for (const [i, { key }] of notesOf(prelude).slice(0, 64).entries()) balance.add(note(i * sixteenth, key));
    const now = 63 * sixteenth;
    const at = (gap: number) => balance.ofNote(note(now + gap, 64), now);
    expect(at(sixteenth)).toBeGreaterThan(5 * at(2 * sixteenth));
    // Waiting for the next sixteenth is what always happens, and for longer than any note is not.
    expect(balance.ofWaiting(now, now + sixteenth)).toBeGreaterThan(0.7);
    expect(balance.ofWaiting(now, now + 7 * sixteenth)).toBeLessThan(0.2);
    const free = new Balance(whole, rangeOf(whole), 0, prelude.division);
    expect(free.ofNote(note(0, 1), 0)).toBe(1);
  });

  it('aims at entropies inside a range', () => {
    const sharper = new Balance(whole, rangeOf(whole, -1, -0.5), 1, prelude.division);
    const same = new Balance(whole, rangeOf(whole), 1, prelude.division);
    const keys = notesOf(prelude).map(({ key }) => key);
    const counts = new Map(keys.map((key) => [key, keys.filter((other) => other === key).length]));
    const rare = [...counts].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
    for (const balance of [sharper, same]) {
      for (let i = 0; i < 40; i++) balance.add(note(i * prelude.division, 60 + (i % 5)));
    }
    const now = 40 * prelude.division;
    expect(sharper.ofNote(note(now, rare), now)).toBeLessThan(same.ofNote(note(now, rare), now));
  });

  it('keeps to the lengths of notes', () => {
    // Eight short notes to one long one.
    const lengths = [1, 1, 1, 1, 1, 1, 1, 1, 4].map((quarters) => quarters * 240);
    const source = {
      notes: melody(
        lengths.map(() => 60),
        lengths,
      ),
      division: 480,
    };
    const balance = new Balance(source, rangeOf(source), 1, 480);
    for (let i = 0; i < 9; i++) balance.addLength(960);
    expect(balance.ofLength(240, false)).toBeGreaterThan(2);
    expect(balance.ofLength(960, false)).toBeLessThan(0.2);
    // After all those long ones it is time to end a note that is short, or longer than any.
    expect(balance.ofLength(240, true)).toBeGreaterThan(2);
    expect(balance.ofLength(1200, true)).toBeGreaterThan(100);
    for (let i = 0; i < 200; i++) balance.addLength(240);
    expect(balance.ofLength(240, true)).toBeLessThan(1);
  });
});
