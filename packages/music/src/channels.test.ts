import { type ChannelEvent, ChannelEvents, type MidiFile } from '@etude/midi-reader';
import { describe, expect, it } from 'vitest';
import { notesOf } from './notes.js';
import { type Piece, piecesOf } from './piece.js';
import { pedalToDurations } from './transform/pedal-to-durations.js';

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
const programs = (of: Piece) => notesOf(of).map((note) => note.program);

describe('the program of a channel', () => {
  it('may be set by another track', () => {
    expect(programs(piece([program(0, 40), program(0, 42, 1)], [on(0, 60)], [on(0, 48, 1)]))).toEqual([40, 42]);
    expect(programs(piece([on(0, 60), off(9, 60)], [program(0, 40), on(0, 48)]))).toEqual([40, 40]);
    expect(programs(piece([on(0, 60), off(9, 60), on(9, 61)], [program(5, 40)]))).toEqual([0, 40]);
  });

  it('is a track’s own where that sets it as late as the others', () => {
    expect(programs(piece([program(0, 40), on(0, 60)], [program(0, 42), on(0, 48)]))).toEqual([40, 42]);
    expect(programs(piece([program(0, 40), on(0, 60), program(5, 41), on(5, 62)], [program(3, 42)]))).toEqual([40, 41]);
  });

  it('changes nothing in a piece of which each track sets its own', () => {
    const tracks = [
      [program(0, 40), on(0, 60), off(5, 60)],
      [program(0, 42, 1), on(0, 48, 1), off(5, 48, 1)],
    ];
    expect(piece(...tracks).tracks.map(({ events }) => [...events])).toEqual(tracks);
  });

  it('is found in time that does not grow with the square of the tracks', () => {
    const tracks = Array.from({ length: 4000 }, (_, i) => [program(i, i % 128), on(i, 60), off(i + 1, 60)]);
    const start = performance.now();
    expect(new Set(programs(piece(...tracks))).size).toBe(128);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('channel mode messages', () => {
  it.each([120, 123, 124, 125, 126, 127])('%i ends the notes of its channel, in all tracks', (number) => {
    const silenced = piece(
      [on(0, 60), on(0, 64, 1), control(10, number), on(20, 60), off(30, 60), off(40, 64, 1)],
      [on(5, 67), off(50, 67)],
    );
    expect(heard(silenced)).toEqual([
      [0, 0, 10, 60],
      [0, 0, 40, 64],
      [1, 5, 10, 67],
      [0, 20, 30, 60],
    ]);
    expect(silenced.tracks.flatMap(({ events }) => [...events]).some(({ status }) => status >> 4 === 11)).toBe(false);
  });

  it.each([
    [120, 10],
    [123, 30],
  ])('%i lets the pedal hold notes to tick %i', (number, end) => {
    const held = piece([
      control(0, 64, 127),
      on(0, 60),
      control(10, number),
      control(30, 64, 0),
      on(40, 60),
      off(41, 60),
    ]);
    expect(heard(pedalToDurations(held))).toEqual([
      [0, 0, end, 60],
      [0, 40, 41, 60],
    ]);
  });

  it('120 silences what the pedal holds, and leaves the pedal down for what follows', () => {
    const events = [control(0, 64, 127), on(0, 60), off(5, 60), control(10, 120), on(20, 62), off(25, 62)];
    expect(heard(pedalToDurations(piece([...events, control(40, 64, 0)])))).toEqual([
      [0, 0, 10, 60],
      [0, 20, 40, 62],
    ]);
  });

  it('121 lets the pedal go, ends no note that is down, and stays', () => {
    const events = [control(0, 64, 127), on(0, 60), off(5, 60), on(6, 62), control(10, 121), off(20, 62)];
    const reset = piece([...events, control(90, 64, 0)]);
    expect(heard(pedalToDurations(reset))).toEqual([
      [0, 0, 10, 60],
      [0, 6, 20, 62],
    ]);
    expect([...reset.tracks[0]!.events]).toContainEqual(control(10, 121));
  });

  it('leave what they do not end as it was', () => {
    const events = [control(0, 122, 127), control(0, 7, 100), on(0, 60), off(10, 60)];
    expect([...piece(events).tracks[0]!.events]).toEqual(events);
  });

  it('of one piece of format 2 do nothing to another', () => {
    const pieces = piecesOf({ ...file([on(0, 60), off(50, 60)], [on(0, 62), control(10, 123)]), format: 2 });
    expect(pieces.map((each) => heard(each)[0]![2])).toEqual([50, 10]);
  });
});

describe('a pedal', () => {
  it('holds the notes of its channel in other tracks', () => {
    const hands = piece([control(0, 64, 127), on(0, 48), off(10, 48), control(100, 64, 0)], [on(5, 60), off(20, 60)]);
    expect(heard(pedalToDurations(hands))).toEqual([
      [0, 0, 100, 48],
      [1, 5, 100, 60],
    ]);
  });
});
