import { readFileSync } from 'node:fs';
import { readMidi } from '@etude/midi-reader';
import { notesOf, piecesOf, transpose } from '@etude/music';
import { expect, it } from 'vitest';
import { melody } from '../testing/small-music.js';
import { CopyIndex } from './copy-index.js';
import { measureNovelty } from './novelty.js';

const pieceOf = (name: string) =>
  piecesOf(readMidi(readFileSync(new URL(`../../../../data/${name}.mid`, import.meta.url))))[0]!;
const canon = pieceOf('canon-in-d');
const prelude = pieceOf('prelude-bwv-846');
const seconds = (tick: number) => tick / 480;

const tune = [60, 62, 64, 65, 67, 65, 64, 62, 60, 67, 72, 71, 69, 74, 62];
const rhythm = [240, 240, 120, 120, 480, 240, 240, 120, 360, 240, 240, 480, 120, 120, 480];

it('finds a copy in another key and at another tempo, with its places', () => {
  const index = new CopyIndex([[melody([50, 51, 50, 51])], [melody([50, 51]), melody(tune, rhythm)]]);
  const copy = melody(
    tune.slice(3, 12).map((key) => key + 5),
    rhythm.slice(3, 12).map((gap) => gap * 3),
    960,
  );
  const song = [...melody([90, 30], [480, 480]), ...copy, ...melody([31, 100], [70, 480], 20_000)];
  const { longestRun, copiedShare } = measureNovelty(song, index, seconds);
  expect(longestRun).toMatchObject({ notes: 9, at: 2, line: 'all', source: { piece: 1, line: 'all', note: 3 } });
  expect(longestRun!.seconds).toBeCloseTo((3 * rhythm.slice(3, 12).reduce((sum, gap) => sum + gap, 0)) / 480, 9);
  expect(copiedShare).toBeCloseTo(9 / 13, 6);
});

it('finds none where the rhythm or an interval differs', () => {
  const index = new CopyIndex([[melody(tune, rhythm)]]);
  const longest = (keys: readonly number[], gaps: readonly number[]) =>
    measureNovelty(melody(keys, gaps), index, seconds).longestRun!.notes;
  expect(longest(tune, rhythm.map((gap, i) => (i === 6 ? gap * 2 : gap)))).toBe(8); // biome-ignore format: short
  expect(longest(tune.map((key, i) => (i === 7 ? key + 1 : key)), rhythm)).toBe(7); // biome-ignore format: short
});

it('finds all of a piece in itself, in any key; of another piece little', () => {
  const index = new CopyIndex([[notesOf(prelude)], [notesOf(canon)]]);
  const itself = measureNovelty(notesOf(transpose(canon, 3)!), index, seconds);
  const sounds = new Set(notesOf(canon).map(({ start, key }) => `${start} ${key}`)).size;
  expect(itself.longestRun!.notes).toBe(sounds);
  expect(itself.copiedShare).toBe(1);
  const other = measureNovelty(notesOf(canon), new CopyIndex([[notesOf(prelude)]]), seconds);
  expect(other.longestRun!.notes).toBeLessThan(20);
});
