import { ChannelEvents } from '@etude/midi-reader';
import type { Piece } from '@etude/music';
import { expect, it } from 'vitest';
import { LearnedMusic } from '../learned-music.js';
import { faultsBeside } from './faults.js';

const BAR = 3 * 480;
/** Notes one after the other, a quarter long; the last one until the end. */
const tune = (keys: readonly number[], end: number, own: Partial<Piece> = {}): Piece => ({
  ...{ division: 480, tempos: [], timeSignatures: [{ tick: 0, numerator: 3, denominator: 4 }], keySignatures: [] },
  tracks: [
    {
      name: '',
      events: ChannelEvents.of(
        keys.flatMap((data1, at) => [
          { tick: at * 480, status: 0x90, data1, data2: 80 },
          { tick: at === keys.length - 1 ? end : (at + 1) * 480, status: 0x80, data1, data2: 0 },
        ]),
      ),
    },
  ],
  ...own,
});
const inG = { keySignatures: [{ tick: 0, sharps: 1, minor: false }] };
const upbeat = { timeSignatures: [0, 480].map((tick) => ({ tick, numerator: 3, denominator: 4 })) };
const faultsOf = faultsBeside(new LearnedMusic([tune([67, 71, 74, 79, 71, 67], 2 * BAR, inG)]));

it.each([
  ['nothing', tune([71, 74, 67], BAR), 0],
  ['an end inside a bar', tune([71, 67], BAR + 480), 1],
  ['an end that an upbeat makes whole', tune([71, 74, 67], BAR, upbeat), 0],
  ['an end inside a bar behind an upbeat', tune([71, 74, 67], BAR + 960, upbeat), 1],
  ['an end off the tonic', tune([67, 74, 71], BAR), 1],
  ['an end off its own tonic', tune([71, 74, 67], BAR, { keySignatures: [{ tick: 0, sharps: 0, minor: false }] }), 1],
  ['a note that is too high', tune([71, 81, 67], BAR), 1],
  ['a bar that is played three times', tune(Array(9).fill(67), 3 * BAR), 1],
  ['a bar that is played twice', tune(Array(6).fill(67), 2 * BAR), 0],
  ['all of it', tune([55, 71], BAR + 480), 3],
  ['silence', tune([], 0), 100],
  ['notes that last for no time at all', tune([67], 0), 100],
])('objects to %s', (_, song, faults) => {
  expect(faultsOf(song)).toBe(faults);
});

it('objects to a last note that is shorter than most that end music in the same metre', () => {
  const inFour = { timeSignatures: [{ tick: 0, numerator: 4, denominator: 4 }] };
  const held = tune([67, 71, 67], 2 * BAR, inG); // four quarters
  const short = tune([67, 71, 74, 71, 74, 67], 2 * BAR, inG);
  const notHeld = tune([71, 74, 67, 71, 74, 67], 2 * BAR);
  expect(faultsBeside(new LearnedMusic([held, held, short]))(notHeld)).toBe(1);
  expect(faultsBeside(new LearnedMusic([held, short, short]))(notHeld)).toBe(0);
  expect(faultsBeside(new LearnedMusic([short, { ...held, ...inFour }]))(notHeld)).toBe(0);
});

it('objects most to a song that is shorter than nearly all pieces of a corpus, but for the few that are short themselves', () => {
  const lasting = (bars: number) => tune([67, 71, 67], bars * BAR, inG);
  const song = (bars: number, pieces: readonly Piece[]) => faultsBeside(new LearnedMusic(pieces))(lasting(bars));
  const many = Array.from({ length: 19 }, () => lasting(8));
  expect([song(7, [...many, lasting(2)]), song(8, [...many, lasting(2)])]).toEqual([5 + 1, 0]);
  expect(song(4, [lasting(4), ...many])).toBe(5 + 1);
  expect(song(4, [lasting(4), lasting(4), ...many])).toBe(1);
  expect(song(2, [lasting(8)])).toBe(1);
});
