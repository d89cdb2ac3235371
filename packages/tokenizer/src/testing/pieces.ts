import { type ChannelEvent, ChannelEvents, channelMessage } from '@etude/midi-reader';
import type { Piece } from '@etude/music';
import fc from 'fast-check';

const placed = <T extends { gap: number }>(list: readonly T[]) => {
  let tick = 0;
  return list.map(({ gap, ...rest }) => {
    tick += gap;
    return { ...rest, tick };
  });
};

const message = fc
  .record({ gap: fc.nat(700), status: fc.integer({ min: 0x80, max: 0xef }), data1: fc.nat(127), data2: fc.nat(127) })
  .map((each) => ({ ...each, data2: channelMessage(each.status)!.dataBytes === 2 ? each.data2 : 0 }));

/** Notes that end, on few channels, in time order. */
const notes = fc
  .array(
    fc.record({
      gap: fc.nat(700),
      length: fc.integer({ min: 1, max: 2000 }),
      channel: fc.constantFrom(0, 3, 9),
      key: fc.integer({ min: 58, max: 66 }),
      velocity: fc.integer({ min: 1, max: 127 }),
    }),
    { maxLength: 25 },
  )
  .map((list) =>
    placed(list)
      .flatMap(({ tick, length, channel, key, velocity }): ChannelEvent[] => [
        { tick, status: 0x90 | channel, data1: key, data2: velocity },
        { tick: tick + length, status: 0x80 | channel, data1: key, data2: 0 },
      ])
      .sort((a, b) => a.tick - b.tick),
  );

const division = fc.constantFrom(24, 96, 100, 384, 480);
const meta = {
  tempos: fc
    .array(fc.record({ gap: fc.nat(3000), microseconds: fc.integer({ min: 200_000, max: 1_500_000 }) }), {
      maxLength: 3,
    })
    .map(placed),
  timeSignatures: fc
    .array(
      fc.record({
        gap: fc.nat(3000),
        numerator: fc.integer({ min: 1, max: 12 }),
        denominator: fc.constantFrom(2, 4, 8),
      }),
      { maxLength: 3 },
    )
    .map(placed),
  keySignatures: fc
    .array(fc.record({ gap: fc.nat(3000), sharps: fc.integer({ min: -7, max: 7 }), minor: fc.boolean() }), {
      maxLength: 2,
    })
    .map(placed),
};

/** Any channel messages, on any number of tracks. */
export const anyPiece: fc.Arbitrary<Piece> = fc.record({
  division,
  ...meta,
  tracks: fc.array(
    fc
      .array(message, { minLength: 1, maxLength: 30 })
      .map((list) => ({ name: '', events: ChannelEvents.of(placed(list)) })),
    { maxLength: 4 },
  ),
});

/** Music as players leave it: off the grid, overlapping, on several instruments. */
export const anyMusic: fc.Arbitrary<Piece> = fc.record({
  division,
  ...meta,
  tracks: fc.array(
    fc.tuple(notes, fc.nat(127)).map(([events, program]) => ({
      name: '',
      events: ChannelEvents.of([{ tick: 0, status: 0xc0, data1: program, data2: 0 }, ...events]),
    })),
    { minLength: 1, maxLength: 3 },
  ),
});

/** A piece in plain values, for comparison. */
export function plain({ tracks, ...rest }: Piece) {
  return { ...rest, tracks: tracks.map(({ events }) => [...events]) };
}

const extreme = <T>(...values: T[]) => fc.constantFrom(...values);
/** At the ends of what a file may hold: tempos, metres, divisions, gaps, many meta events at one tick. */
export const extremePiece: fc.Arbitrary<Piece> = fc.record({
  division: extreme(1, 2, 24, 480, 0x7fff),
  tempos: fc
    .array(fc.record({ gap: extreme(0, 1, 999, 0xfff_ffff), microseconds: extreme(1, 59_940, 60_000, 0xff_ffff) }), {
      maxLength: 4,
    })
    .map(placed),
  timeSignatures: fc
    .array(
      fc.record({
        gap: extreme(0, 1, 999, 0xfff_ffff),
        numerator: extreme(1, 3, 7, 255),
        denominator: extreme(1, 4, 16, 128),
      }),
      { maxLength: 4 },
    )
    .map(placed),
  keySignatures: fc.constant([]),
  tracks: fc.array(
    fc
      .array(
        fc.record({
          gap: extreme(0, 0, 1, 480, 3_000),
          status: extreme(0x80, 0x90, 0x90, 0x99, 0x89, 0xb0, 0xc3, 0xef),
          data1: extreme(0, 1, 60, 127),
          data2: extreme(0, 1, 127),
        }),
        { minLength: 1, maxLength: 12 },
      )
      .map((list) => ({
        name: '',
        events: ChannelEvents.of(placed(list.map((each) => (each.status === 0xc3 ? { ...each, data2: 0 } : each)))),
      })),
    { minLength: 1, maxLength: 3 },
  ),
});
