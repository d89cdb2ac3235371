import { expect, it } from 'vitest';
import { MUSIC_EXTENSIONS, notationOf } from './notations.js';

it.each([
  ['tunes/Book.ABC', 'abc'],
  ['a.b/score.xml', 'musicxml'],
  ['score.mxl', 'musicxml'],
  ['quartet.krn', 'kern'],
  ['canon.mid', undefined],
  ['abc', undefined],
])('tells the notation of %s by its ending', (path, notation) => {
  expect(notationOf(path)).toBe(notation);
});

it('names every ending once', () => {
  expect(MUSIC_EXTENSIONS).toEqual(expect.arrayContaining(['mid', 'abc', 'krn', 'mxl', 'musicxml', 'xml']));
  expect(new Set(MUSIC_EXTENSIONS).size).toBe(MUSIC_EXTENSIONS.length);
});
