import { describe, expect, it } from 'vitest';
import { MidiError, readMidi } from './index.js';

const ascii = (text: string) => [...text].map((c) => c.charCodeAt(0));
const chunk = (tag: string, data: number[], length = data.length) => [
  ...ascii(tag),
  0,
  0,
  length >> 8,
  length & 255,
  ...data,
];
const header = (format = 1, tracks = 1, division = 96) =>
  chunk('MThd', [0, format, 0, tracks, division >> 8, division & 255]);
const end = [0, 0xff, 0x2f, 0];
const note = [0, 0x90, 60, 100, 10, 0x80, 60, 0];
const read = (...bytes: number[]) => readMidi(Uint8Array.from(bytes));
const problemOf = (track: number[]) => read(...header(), ...chunk('MTrk', track)).tracks[0]!.problem;

describe('readMidi', () => {
  it('reads events with absolute and delta ticks, running status expanded', () => {
    const [track] = read(...header(), ...chunk('MTrk', [...note, 5, 62, 1, 0x83, 0x60, 0xc1, 7, ...end])).tracks;
    expect(track!.events).toEqual([
      { tick: 0, delta: 0, status: 0x90, data1: 60, data2: 100 },
      { tick: 10, delta: 10, status: 0x80, data1: 60, data2: 0 },
      { tick: 15, delta: 5, status: 0x80, data1: 62, data2: 1 },
      { tick: 495, delta: 480, status: 0xc1, data1: 7 },
    ]);
    expect(track!.notes).toBe(1);
  });

  it('keeps a note on of velocity 0 as it is', () => {
    const [track] = read(...header(), ...chunk('MTrk', [0, 0x90, 60, 9, 1, 60, 0, ...end])).tracks;
    expect(track!.events.map((e) => [e.status, e.data2])).toEqual([
      [0x90, 9],
      [0x90, 0],
    ]);
    expect(track!.notes).toBe(1);
  });

  it('carries the time of skipped events into the next channel event', () => {
    const sysex = [7, 0xf0, 2, 1, 0xf7];
    const [track] = read(
      ...header(),
      ...chunk('MTrk', [...note, ...sysex, 3, 0xff, 1, 1, 65, 2, 0x90, 1, 1, ...end]),
    ).tracks;
    expect(track!.events.at(-1)).toEqual({ tick: 22, delta: 12, status: 0x90, data1: 1, data2: 1 });
  });

  it('finds names, tempos and metres in every track', () => {
    const conductor = [0, 0xff, 3, 2, 65, 66, 0, 0xff, 0x51, 3, 7, 0xa1, 0x20, 0, 0xff, 0x58, 4, 6, 3, 24, 8, ...end];
    const file = read(...header(1, 2), ...chunk('MTrk', conductor), ...chunk('MTrk', [...note, ...end]));
    expect(file.tracks.map((t) => t.name)).toEqual(['AB', '']);
    expect(file.tempos).toEqual([{ tick: 0, microseconds: 500_000 }]);
    expect(file.timeSignatures).toEqual([{ tick: 0, numerator: 6, denominator: 8 }]);
  });

  it('takes off a RIFF wrapper, skips foreign chunks and trusts the chunks over the header', () => {
    const inner = [...header(0, 9), ...chunk('XFIH', [1, 2, 3]), ...chunk('MTrk', [...note, ...end])];
    const riff = [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('RMIDdata'), inner.length, 0, 0, 0, ...inner];
    for (const bytes of [inner, riff]) expect(read(...bytes).tracks.map((t) => t.notes)).toEqual([1]);
  });

  it.each([
    ['an empty file', [], 'byte 0: expected a MIDI header ("MThd"), found the end of the file'],
    ['another kind of file', ascii('%PDF'), 'byte 0: expected a MIDI header ("MThd"), found the bytes 25 50 44 46'],
    ['a cut header', ascii('MThd\0\0\0'), 'byte 7: the file ends inside its header'],
    ['format 7', header(7), 'byte 8: expected format 0, 1 or 2, found 7'],
    ['division 0', header(1, 1, 0), 'byte 12: expected a division'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => read(...bytes)).toThrow(MidiError);
    expect(() => read(...bytes)).toThrow(message);
  });

  it.each([
    [
      'a data byte above 7f',
      [0, 0x90, 60, 200, ...end],
      'byte 25: expected a data byte (00 to 7f) of note on, found c8',
    ],
    [
      'a status no file may hold',
      [0, 0xf1, 1, ...end],
      'byte 23: expected a status byte that a file may hold, found f1',
    ],
    [
      'a data byte with no status',
      [0, 60, 1, ...end],
      'byte 23: expected a status byte, found 3c and no earlier status',
    ],
    ['a cut event', [0, 0x90, 60], 'byte 25: expected a data byte of note on, found the end of the track'],
    [
      'a tempo of 2 bytes',
      [0, 0xff, 0x51, 2, 1, 1, ...end],
      'byte 25: expected meta event 51 to have 3 bytes, found 2',
    ],
    ['an endless delta time', [255, 255, 255, 255, 1, ...end], 'byte 22: expected a delta time of at most 4 bytes'],
    ['a text longer than its track', [0, 0xff, 1, 99, 65], 'byte 26: expected 99 bytes of meta event 01, found 1'],
  ])('says where %s is', (_, track, message) => {
    expect(problemOf(track)?.message).toContain(message);
  });

  it('keeps the other tracks of a file with a broken one', () => {
    const file = read(...header(1, 2), ...chunk('MTrk', [0, 0xf1]), ...chunk('MTrk', [...note, ...end]));
    expect(file.tracks.map((t) => [t.notes, t.problem?.offset])).toEqual([
      [0, 23],
      [1, undefined],
    ]);
  });

  it('says that a file ends before its track does', () => {
    const cut = chunk('MTrk', [...note, ...end], 40);
    expect(read(...header(), ...cut).tracks[0]!.problem?.message).toContain(
      'the file ends 28 bytes before its track does',
    );
  });
});
