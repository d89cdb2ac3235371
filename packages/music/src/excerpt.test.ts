import { expect, it } from 'vitest';
import { excerpt, joined } from './excerpt.js';
import { notesOf } from './notes.js';
import { note, piece } from './testing/pieces.js';

it('joins tracks of one name in the channel of the first, and those without a name as they are', () => {
  const named = (name: string, channel: number) => {
    const { tracks, ...rest } = piece(note(0, 480, 60, channel));
    return { piece: { ...rest, tracks: tracks.map((track) => ({ ...track, name })) }, ticks: 480 };
  };
  const channels = (name: string) => notesOf(joined([named(name, 2), named(name, 5)])).map(({ channel }) => channel);
  expect(channels('violin')).toEqual([2, 2]);
  expect(channels('')).toEqual([2, 5]);
});

it('takes the programs along that were set before, and sets none twice', () => {
  const program = (tick: number, data1: number) => ({ tick, status: 0xc0, data1, data2: 0 });
  const music = piece([
    program(0, 40),
    ...note(0, 480, 60),
    program(480, 41),
    ...note(480, 480, 62),
    ...note(960, 480, 64),
  ]);
  const programs = (of: typeof music) => notesOf(of).map(({ program }) => program);
  expect(programs(excerpt(music, 960, 1440))).toEqual([41]);
  const parts = [0, 480, 960].map((from) => ({ piece: excerpt(music, from, from + 480), ticks: 480 }));
  expect(joined(parts).tracks.map(({ events }) => [...events])).toEqual(music.tracks.map(({ events }) => [...events]));
});
