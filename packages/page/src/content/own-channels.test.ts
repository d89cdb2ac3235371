import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import { notesOf, type Piece } from '@etude/music';
import { expect, it } from 'vitest';
import { withOwnChannels } from './own-channels.js';

const note = (channel: number, key: number, tick = 0): ChannelEvent[] => [
  { tick, status: 0x90 | channel, data1: key, data2: 90 },
  { tick: tick + 480, status: 0x80 | channel, data1: key, data2: 0 },
];
const pieceOf = (...tracks: ChannelEvent[][]): Piece => ({
  ...{ division: 480, tempos: [], timeSignatures: [], keySignatures: [] },
  tracks: tracks.map((events, index) => ({ name: `${index}`, events: ChannelEvents.of(events) })),
});
const events = (piece: Piece, track: number) =>
  [...piece.tracks[track]!.events].map(({ status, data1 }) => [status, data1]);
const PEDAL = { tick: 0, status: 0xb0, data1: 64, data2: 127 };

it('gives two hands a channel each, with the pedal and the program of both', () => {
  const piece = pieceOf(
    [{ tick: 0, status: 0xc0, data1: 4, data2: 0 }, PEDAL, ...note(0, 72)],
    note(0, 48),
    note(9, 38),
  );
  const own = withOwnChannels(piece);
  expect(events(own, 0)).toEqual([
    [0xc0, 4],
    [0xb0, 64],
    [0x90, 72],
    [0x80, 72],
  ]);
  expect(events(own, 1)).toEqual([
    [0xb1, 64],
    [0x91, 48],
    [0x81, 48],
  ]);
  expect(events(own, 2)).toEqual([
    [0x99, 38],
    [0x89, 38],
  ]);
  const plain = (of: Piece) => notesOf(of).map(({ start, end, key, track }) => ({ start, end, key, track }));
  expect(plain(own)).toEqual(plain(piece));
});

it('never uses the channel of percussion, and leaves alone what has its own channels or too many parts', () => {
  const many = (count: number) => pieceOf(...Array.from({ length: count }, (_, i) => note(0, 40 + i)));
  const channels = new Set(notesOf(withOwnChannels(many(15))).map(({ channel }) => channel));
  expect([...channels].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]);
  expect(withOwnChannels(many(16))).toEqual(many(16));
  const own = pieceOf(note(3, 60), note(5, 60));
  expect(withOwnChannels(own)).toBe(own);
});
