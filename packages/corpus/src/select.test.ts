import { type ChannelEvent, ChannelEvents, type MidiFile } from '@etude/midi-reader';
import { notesOf, type Piece, piecesOf } from '@etude/music';
import { describe, expect, it } from 'vitest';

import { type Selection, select } from './select.js';

const on = (tick: number, key: number, channel = 0) => ({ tick, status: 0x90 | channel, data1: key, data2: 90 });
const off = (tick: number, key: number, channel = 0) => ({ tick, status: 0x80 | channel, data1: key, data2: 0 });
const control = (tick: number, data1: number, data2 = 0, channel = 0) => ({
  ...{ tick, status: 0xb0 | channel, data1, data2 },
});
const program = (tick: number, data1: number, channel = 0) => ({ tick, status: 0xc0 | channel, data1, data2: 0 });
const file = (...tracks: ChannelEvent[][]): MidiFile => {
  const none = { tempos: [], timeSignatures: [], keySignatures: [], markers: [] };
  return {
    ...{ format: 1, division: 480, problems: [], ...none },
    tracks: tracks.map((events, i) => ({
      ...{ name: `Track ${i}`, events: ChannelEvents.of(events), meta: [], notes: 0, length: 0, ...none },
    })),
  };
};
const piece = (...tracks: ChannelEvent[][]): Piece => piecesOf(file(...tracks))[0]!;
const heard = (of: Piece) => notesOf(of).map(({ track, start, end, key }) => [track, start, end, key]);
const _programs = (of: Piece) => notesOf(of).map((note) => note.program);
const all: Selection = { tracks: 'all', drums: 'keep', merge: false };

describe('a selection by instrument', () => {
  const names = (programs: number[]) => select(changing, { ...all, programs }).piece;
  const changing = piece([
    ...[program(0, 0), control(0, 7, 90), on(0, 60), off(10, 60), on(10, 62)],
    ...[program(20, 40), on(20, 64), off(25, 62), on(30, 62), off(40, 62), off(40, 64)],
    ...[program(40, 73), on(40, 62), off(50, 62)],
  ]);

  it('is one of notes, not of channels', () => {
    expect(heard(names([0]))).toEqual([
      [0, 0, 10, 60],
      [0, 10, 25, 62],
    ]);
    expect(heard(names([40]))).toEqual([
      [0, 20, 40, 64],
      [0, 30, 40, 62],
    ]);
    expect(heard(select(changing, { ...all, families: ['pipe'] }).piece)).toEqual([[0, 40, 50, 62]]);
    expect(names([0, 40, 73]).tracks).toEqual(changing.tracks);
  });

  it('keeps what else holds for those notes', () => {
    expect([...names([40]).tracks[0]!.events].slice(0, 2)).toEqual([control(0, 7, 90), program(20, 40)]);
  });

  it('ends a note that another instrument strikes again', () => {
    const struck = piece([on(0, 60), program(5, 40), on(10, 60), off(20, 60)]);
    expect(heard(select(struck, { ...all, programs: [0] }).piece)).toEqual([[0, 0, 10, 60]]);
  });

  it('finds the instruments that another track sets, and never percussion', () => {
    const band = piece([program(0, 40), program(0, 40, 9)], [on(0, 60), off(9, 60)], [on(0, 36, 9), off(9, 36, 9)]);
    expect(select(band, { ...all, tracks: 'auto', programs: [40] }).taken).toEqual([1]);
    expect(select(band, { ...all, tracks: 'auto' }).taken).toEqual([1, 2]);
  });

  it('says what plays where it takes nothing', () => {
    expect(() => names([19])).toThrow(
      'what is selected holds no notes; the tracks are 0 "Track 0" (5 notes: acoustic grand piano, violin, flute)',
    );
  });
});

it('an error lists 32 tracks, and counts the others', () => {
  const tracks = Array.from({ length: 40 }, () => [on(0, 60)]);
  expect(() => select(piece(...tracks), { ...all, tracks: [40] })).toThrow(
    /^there is no track 40; the tracks are 0 "Track 0" \(1 note: acoustic grand piano\), .*31 "Track 31" \([^)]*\) and 8 more$/,
  );
});

describe('tracks without notes', () => {
  it('give what they set to the first track of the channel, where the tracks with notes are taken', () => {
    const set = piece(
      [control(0, 7, 90), control(0, 7, 70, 1), control(9, 7, 1, 5)],
      [on(0, 60)],
      [on(0, 61), on(0, 48, 1)],
    );
    const { piece: taken } = select(set, { ...all, tracks: 'auto' });
    expect(taken.tracks.map(({ events }) => [...events])).toEqual([
      [control(0, 7, 90), on(0, 60)],
      [control(0, 7, 70, 1), on(0, 61), on(0, 48, 1)],
    ]);
  });
});
