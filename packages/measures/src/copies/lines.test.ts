import { DRUM_CHANNEL } from '@etude/music';
import { expect, it } from 'vitest';
import { linesOf, soundOf } from './lines.js';

const onset = (start: number, key: number, track = 0, channel = 0) => ({ start, key, track, channel });
const contents = (notes: readonly ReturnType<typeof onset>[]) =>
  Object.fromEntries(linesOf(notes).map((line) => [line.name, line.notes.map(({ start, key }) => `${start} ${key}`)]));

it('has one line of a melody, since all others are the same', () => {
  expect(contents([onset(0, 60), onset(1, 62)])).toEqual({ all: ['0 60', '1 62'] });
});

it('has all notes, the highest of those that begin together, and each part', () => {
  const notes = [onset(0, 48, 1), onset(0, 60), onset(1, 62), onset(1, 50, 1)];
  const lines = {
    all: ['0 48', '0 60', '1 50', '1 62'],
    skyline: ['0 60', '1 62'],
    'part 0.0': ['0 60', '1 62'],
    'part 1.0': ['0 48', '1 50'],
  };
  expect(contents(notes)).toEqual(lines);
  expect(contents(notes.toReversed())).toEqual(lines);
});

it('has a pitch that two parts begin together once', () => {
  expect(contents([onset(0, 60), onset(0, 60, 1), onset(1, 62)]).all).toEqual(['0 60', '1 62']);
});

it('keeps percussion apart', () => {
  const lines = contents([onset(0, 60), onset(0, 36, 1, DRUM_CHANNEL), onset(1, 38, 1, DRUM_CHANNEL)]);
  expect(lines).toEqual({ all: ['0 60'], drums: ['0 36', '1 38'] });
  expect(soundOf(onset(0, 36, 1, DRUM_CHANNEL))).not.toBe(soundOf(onset(0, 36)));
});
