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
const firstProblem = (bytes: number[]) => {
  const [{ track, offset, problem, done } = {}] = read(...bytes).problems;
  return { track, message: `byte ${offset}: ${problem}; ${done}` };
};

describe('readMidi', () => {
  it('reads events with their ticks, running status expanded', () => {
    const [track] = read(...header(), ...chunk('MTrk', [...note, 5, 62, 1, 0x83, 0x60, 0xc1, 7, ...end])).tracks;
    expect([...track!.events]).toEqual([
      { tick: 0, status: 0x90, data1: 60, data2: 100 },
      { tick: 10, status: 0x80, data1: 60, data2: 0 },
      { tick: 15, status: 0x80, data1: 62, data2: 1 },
      { tick: 495, status: 0xc1, data1: 7, data2: 0 },
    ]);
    expect(track!.notes).toBe(1);
  });

  it('keeps a note on of velocity 0 as it is', () => {
    const [track] = read(...header(), ...chunk('MTrk', [0, 0x90, 60, 9, 1, 60, 0, ...end])).tracks;
    expect([...track!.events].map((e) => [e.status, e.data2])).toEqual([
      [0x90, 9],
      [0x90, 0],
    ]);
    expect(track!.notes).toBe(1);
  });

  it('counts the time of events that it does not keep', () => {
    const sysex = [7, 0xf0, 2, 1, 0xf7];
    const [track] = read(
      ...header(),
      ...chunk('MTrk', [...note, ...sysex, 3, 0xff, 1, 1, 65, 2, 0x90, 1, 1, ...end]),
    ).tracks;
    expect([...track!.events].at(-1)).toEqual({ tick: 22, status: 0x90, data1: 1, data2: 1 });
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
    ['another kind of file', ascii('%PDF'), 'byte 0: expected a MIDI header ("MThd"), found a PDF document'],
    ['a tune in ABC', ascii('X:1\nT:A\n'), 'byte 0: expected a MIDI header ("MThd"), found ABC notation'],
    ['a sound', ascii('RIFFxxxxWAVEfmt '), 'found a RIFF file without MIDI, perhaps a WAV file'],
    ['what is none of these', ascii('%PDX'), 'byte 0: expected a MIDI header ("MThd"), found the bytes 25 50 44 58'],
    ['a cut header', ascii('MThd\0\0\0'), 'byte 7: the file ends inside its header'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => read(...bytes)).toThrow(MidiError);
    expect(() => read(...bytes)).toThrow(message);
  });

  const found = chunk('MTrk', [...note, ...end]);
  it.each([
    ['format 7', [...header(7), ...found], 'byte 8: expected format 0, 1 or 2, found 7; taken as 1'],
    ['division 0', [...header(1, 1, 0), ...found], 'byte 12: expected a division in ticks or in SMPTE frames, found 0'],
    [
      'junk before the header',
      [9, 9, ...header(), ...found],
      'byte 0: expected a MIDI header ("MThd"), found the bytes 09 09',
    ],
    ['a wrong count of tracks', [...header(1, 7), ...found], 'byte 14: expected 7 tracks as the header says, found 1'],
    [
      'junk between tracks',
      [...header(1, 2), ...chunk('MTrk', end), 0, 1, 2, 3, 4, 5, 6, 7, 8, ...found],
      'no chunk begins behind a track',
    ],
    [
      'a length that swallows a track',
      [...header(1, 2), ...chunk('MTrk', end, 4 + found.length), ...found],
      'byte 26: another track begins',
    ],
    [
      'a length that cuts a track',
      [...header(), ...chunk('MTrk', [...note, ...end], 5)],
      'byte 18: no chunk begins behind a track of 5 bytes',
    ],
    [
      'a file that ends in a track',
      [...header(), ...chunk('MTrk', [...note, ...end], 40)],
      'byte 18: the file ends 28 bytes before its track does; cut to 12',
    ],
    [
      'a length of 4 GB',
      [...header(), ...ascii('MTrk'), 255, 255, 255, 255, ...note, ...end],
      'byte 18: the file ends 4294967283 bytes',
    ],
    [
      'bytes behind the end',
      [...header(), ...chunk('MTrk', [...note, ...end, 1, 2])],
      'byte 34: 2 bytes behind the end of the track; left out',
    ],
  ])('reads past %s, and says so', (_, bytes, message) => {
    expect(firstProblem(bytes).message).toContain(message);
    expect(
      read(...bytes)
        .tracks.map((t) => t.notes)
        .at(-1),
    ).toBe(1);
    expect(() => readMidi(Uint8Array.from(bytes), { strict: true })).toThrow(MidiError);
  });

  it.each([
    [
      'a velocity above 7f',
      [0, 0x90, 60, 200],
      'byte 25: expected a data byte (00 to 7f) of note on, found c8; taken as 7f',
    ],
    ['a key above 7f', [0, 0x90, 200, 60], 'byte 24: expected a data byte (00 to 7f) of note on, found c8; left out'],
    [
      'a status no file may hold',
      [0, 0xf1, 1],
      'byte 23: expected a status byte that a file may hold, found f1; 2 bytes',
    ],
    [
      'a data byte with no status',
      [0, 60, 1],
      'byte 23: expected a status byte, found 3c and no earlier status to run on; 2',
    ],
    [
      'a tempo of 2 bytes',
      [0, 0xff, 0x51, 2, 1, 1],
      'byte 26: expected meta event 51 to have 3 bytes, found 2; left out',
    ],
    ['a tempo of 0', [0, 0xff, 0x51, 3, 0, 0, 0], 'byte 22: a tempo of 0 in this track; left out'],
    ['a metre over 2 to the 9', [0, 0xff, 0x58, 4, 4, 9, 24, 8], 'a metre of 4 over 2 to the 9'],
    [
      'running status after a meta event',
      [0, 0x90, 1, 0, 0, 0xff, 1, 0, 0, 2, 0],
      'byte 31: expected a status byte, found 02',
    ],
    [
      'an endless delta time',
      [255, 255, 255, 255, 1, 0x90, 1, 0],
      'byte 22: expected a delta time of at most 4 bytes, found 5; taken as 0',
    ],
  ])('reads past %s in a track, and says so', (_, track, message) => {
    // The status byte that follows ends what was skipped, so that the note has no delta time of its own there.
    const after = message.includes('no earlier') ? [...note, ...end].slice(1) : [...note, ...end];
    const bytes = [...header(), ...chunk('MTrk', [...track, ...after])];
    expect(firstProblem(bytes)).toMatchObject({ track: 0, message: expect.stringContaining(message) });
    const { tracks, problems } = read(...bytes);
    expect([...tracks[0]!.events].filter((e) => e.data1 === 60 && e.data2 === 100)).toHaveLength(1);
    expect(tracks[0]!.length).toBe(10);
    expect(problems).toHaveLength(1);
    expect(() => readMidi(Uint8Array.from(bytes), { strict: true })).toThrow(MidiError);
  });

  it.each([
    ['a cut event', [0, 0x90, 60], 'byte 30: the track ends inside note on; left out'],
    [
      'a text longer than its track',
      [0, 0xff, 1, 99, 65],
      'byte 34: expected 99 bytes of meta event 01, found 1; left out',
    ],
    ['no end of track', [], 'byte 30: expected an end-of-track event, found the end of the track'],
  ])('keeps what comes before %s', (_, track, message) => {
    const bytes = [...header(), ...chunk('MTrk', [...note, ...track])];
    expect(firstProblem(bytes).message).toContain(message);
    expect(read(...bytes).tracks[0]!.notes).toBe(1);
  });

  it('keeps the other tracks of a file with a broken one', () => {
    const file = read(...header(1, 2), ...chunk('MTrk', [0, 0xf1]), ...chunk('MTrk', [...note, ...end]));
    expect(file.tracks.map((t) => t.notes)).toEqual([0, 1]);
    expect(file.problems.map((p) => p.track)).toEqual([0, 0]);
  });

  it('lists no more problems of a file of 100,000 broken tracks', () => {
    const track = chunk('MTrk', [0, 0x90, 60]);
    const bytes = Uint8Array.from([...header(), ...Array.from({ length: 100_000 }, () => track).flat()]);
    const { tracks, problems } = readMidi(bytes);
    expect(tracks).toHaveLength(100_000);
    expect(problems.length).toBeLessThanOrEqual(1_001);
    expect(problems.at(-1)!.problem).toMatch(/^\d+ more problems in other tracks$/);
  });

  it('lists no more problems than a person would read', () => {
    const file = read(
      ...header(),
      ...chunk(
        'MTrk',
        Array.from({ length: 300 }, (_, i) => (i % 2 ? 0xf4 : 0)),
      ),
    );
    expect(file.problems.at(-1)!.problem).toMatch(/^\d+ more problems$/);
    expect(file.problems.length).toBeLessThan(30);
  });
});
