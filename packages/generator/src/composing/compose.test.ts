import { notesOf, type Piece } from '@etude/music';
import { expect, it } from 'vitest';
import { copyist } from '../testing/copying-songs.js';
import { compose } from './compose.js';
import { songSettings } from './settings.js';

const programsOf = (piece: Piece) => {
  const programs = new Map(notesOf(piece).map((note) => [note.track, note.channel === 9 ? -1 : note.program]));
  return [...programs.values()].sort((a, b) => a - b);
};

it.each([
  ['knows the piece', 120],
  ['knows nothing', 0],
])('songs of a single piece have its instruments and bars, or as many bars as are wanted: of a model that %s', async (_, steps) => {
  const { composing, learned } = await copyist('score', steps);
  const { grammar } = composing;
  const bar = 4 * grammar.division;
  for (const [bars, ending] of [
    [undefined, 'cadence'],
    [3, 'cadence'],
    [11, 'rest'],
  ] as const) {
    const settings = songSettings.parse({ songs: 2, length: 1500, takes: 1, bars, ending, rules: { copyLimit: 0 } });
    const hooks = { signal: new AbortController().signal, progress: () => {}, say: () => {} };
    const songs = await compose(composing, { learned, given: [] }, { ...settings, seed: 1 }, hooks);
    expect(songs).toHaveLength(2);
    for (const { tokens, stops } of songs) {
      expect(stops).toBe(0);
      const song = grammar.decode(tokens);
      expect(programsOf(song)).toEqual(programsOf(learned[0]!));
      const end = Math.max(...notesOf(song).map((note) => note.end));
      // The last bar may end with rests, but for that of the tonic.
      expect(Math.ceil(end / bar)).toBe(bars ?? 8);
      if (ending === 'cadence') expect(end % bar).toBe(0);
    }
  }
});

it.each([
  'event-text',
  'session',
] as const)('notes of %s last hardly longer than the longest of the music', async (name) => {
  const { composing, learned } = await copyist(name, 0);
  const { grammar } = composing;
  const longest = Math.max(...notesOf(learned[0]!).map(({ start, end }) => end - start)) / learned[0]!.division;
  const settings = songSettings.parse({ songs: 4, length: 400, takes: 1, ending: 'cut', rules: { copyLimit: 0 } });
  const hooks = { signal: new AbortController().signal, progress: () => {}, say: () => {} };
  for (const { tokens } of await compose(composing, { learned, given: [] }, { ...settings, seed: 1 }, hooks)) {
    const song = grammar.decode(tokens);
    for (const { start, end } of notesOf(song)) expect((end - start) / song.division).toBeLessThanOrEqual(2 * longest);
  }
});
