import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import { notesOf, type Piece } from '@etude/music';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arrangement, arrange } from './arrange.js';

const note = (tick: number, length: number, key: number, channel = 0): ChannelEvent[] => [
  { tick, status: 0x90 | channel, data1: key, data2: 90 },
  { tick: tick + length, status: 0x80 | channel, data1: key, data2: 0 },
];
const song = (...tracks: ChannelEvent[][]): Piece => ({
  ...{ division: 480, tempos: [{ tick: 0, microseconds: 500_000 }], timeSignatures: [], keySignatures: [] },
  tracks: tracks.map((events) => ({ name: '', events: ChannelEvents.of(events.sort((a, b) => a.tick - b.tick)) })),
});
const duo = () =>
  song(
    [
      { tick: 0, status: 0xc0, data1: 0, data2: 0 },
      { tick: 0, status: 0xb0, data1: 7, data2: 50 },
      ...note(0, 480, 60),
    ],
    [...note(0, 480, 40, 1), ...note(480, 480, 36, 9)],
  );
const play = (piece: Piece, arrangement: Arrangement, random = () => 0.5) => arrange(piece, arrangement, random);
const controls = (piece: Piece, track = 0) =>
  [...piece.tracks[track]!.events].filter((e) => e.status >> 4 === 11).map((e) => [e.tick, e.data1, e.data2]);
const keys = (piece: Piece) => notesOf(piece).map(({ key }) => key);

describe('an arrangement', () => {
  it('leaves a song as it is where it says nothing', () => {
    expect(play(duo(), {})).toEqual(duo());
  });

  it('chooses the instrument of a track or a channel in place of what is there', () => {
    const played = play(duo(), { parts: [{ instrument: 10 }, { track: 1, channel: 2, instrument: 42, bank: 129 }] });
    const programs = notesOf(played).map(({ channel, program }) => [channel, program]);
    expect(programs).toEqual([
      [0, 10],
      [1, 42],
      [9, 10],
    ]);
    expect(controls(played, 1)).toEqual([
      [0, 0, 1],
      [0, 32, 1],
    ]);
  });

  it('sets volume, place, expression and effects, once', () => {
    const played = play(duo(), { parts: [{ volume: 90, pan: -64, expression: 1, reverb: 2, chorus: 3 }] });
    expect(controls(played)).toEqual([
      [0, 10, 0],
      [0, 7, 90],
      [0, 11, 1],
      [0, 91, 2],
      [0, 93, 3],
    ]);
  });

  it('changes the pedal at every bar line, or takes it off', () => {
    const long = song([{ tick: 5, status: 0xb0, data1: 64, data2: 99 }, ...note(0, 3000, 60)]);
    expect(controls(play(long, { parts: [{ sustain: 'bar' }] }))).toEqual([
      [0, 64, 127],
      [1920, 64, 0],
      [1920, 64, 127],
      [3000, 64, 0],
    ]);
    expect(controls(play(long, { parts: [{ sustain: 'off' }] }))).toEqual([]);
  });

  it('transposes all and parts, percussion apart, and keeps keys in range by octaves', () => {
    expect(keys(play(duo(), { transpose: 2, parts: [{ channel: 2, transpose: -12 }] }))).toEqual([62, 30, 36]);
    expect(keys(play(duo(), { transpose: 60, parts: [{ transpose: 60 }] }))).toEqual([120, 124, 36]);
  });

  it('sets the tempo, and tunes every channel by registered parameters', () => {
    const played = play(duo(), { tempo: 90, tuning: 432 });
    expect(played.tempos).toEqual([{ tick: 0, microseconds: 666_667 }]);
    // 432 Hz are 31.77 cents below: 0x2000 · (1 - 0.3177) = 5590 = 43 · 128 + 86
    expect(controls(played)).toEqual([
      ...[
        [0, 101, 0],
        [0, 100, 1],
        [0, 6, 43],
        [0, 38, 86],
        [0, 101, 0],
        [0, 100, 2],
        [0, 6, 64],
        [0, 38, 0],
      ],
      ...[
        [0, 101, 127],
        [0, 100, 127],
        [0, 7, 50],
      ],
    ]);
  });

  it('swings: the second eighth of every beat comes later, beats stay', () => {
    const eighths = song([0, 240, 480, 720].flatMap((tick) => note(tick, 240, 60 + tick / 240)));
    expect(notesOf(play(eighths, { swing: 2 / 3 })).map(({ start }) => start)).toEqual([0, 320, 480, 800]);
  });

  it('says which parts fit nothing', () => {
    const unused: number[] = [];
    arrange(duo(), { parts: [{ track: 0 }, { channel: 5 }, { track: 7 }] }, Math.random, (part) => unused.push(part));
    expect(unused).toEqual([1, 2]);
  });

  it('lets no note be lost, stuck or out of range by varying it', () => {
    const music = fc
      .array(fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 60, max: 63 })), {
        maxLength: 30,
      })
      .map((list) => {
        const free = new Map<number, number>();
        let tick = 0;
        return song(
          list.flatMap(([gap, length, key]) => {
            tick = Math.max(tick + gap, free.get(key) ?? 0);
            free.set(key, tick + length);
            return note(tick, length, key);
          }),
        );
      });
    fc.assert(
      fc.property(music, fc.integer(), (before, seed) => {
        let state = seed >>> 0;
        const random = () => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return state / 2 ** 32;
        };
        const after = arrange(before, { humanize: { timing: 50, velocity: 20 } }, random);
        const events = [...after.tracks[0]!.events];
        expect(notesOf(after)).toHaveLength(notesOf(before).length);
        expect(notesOf(after).every(({ start, end, velocity }) => end >= start && velocity > 0)).toBe(true);
        expect(events.every(({ tick }, i) => tick >= (events[i - 1]?.tick ?? 0))).toBe(true);
        const count = (kind: number) => events.filter(({ status }) => status >> 4 === kind).length;
        expect(count(8)).toBe(count(9));
      }),
    );
  });
});
