import { readFileSync } from 'node:fs';
import { type ChannelEvent, ChannelEvents, readMidi } from '@etude/midi-reader';
import { piecesOf } from '@etude/music';
import { describe, expect, it } from 'vitest';
import { mostMelodic } from './melody.js';

const note = (tick: number, key: number, channel = 0): ChannelEvent[] => [
  { tick, status: 0x90 | channel, data1: key, data2: 90 },
  { tick: tick + 240, status: 0x80 | channel, data1: key, data2: 0 },
];
const track = (count: number, keys: (i: number) => readonly number[], { name = '', channel = 0 } = {}) => ({
  name,
  events: ChannelEvents.of(
    Array.from({ length: count }, (_, i) => keys(i).flatMap((key) => note(i * 240, key, channel)))
      .flat()
      .sort((a, b) => a.tick - b.tick || a.status - b.status),
  ),
});
const melody = track(64, (i) => [60 + (i % 12)]);
const chords = track(64, (i) => [48 + (i % 5), 55 + (i % 5), 64]);
const bass = track(64, (i) => [30 + (i % 12)]);
const drums = track(128, () => [38], { channel: 9 });
const sting = track(3, (i) => [70 + i]);
const drone = track(64, () => [67]);
const empty = { name: 'Melody', events: ChannelEvents.of([]) };

describe('the most melodic track', () => {
  it.each([
    ['the one with single notes', [chords, melody], 1],
    ['not percussion, bass, an accent or a drone', [drums, bass, sting, drone, melody], 4],
    ['never an empty one, whatever its name', [empty, chords], 1],
    ['the one that is named so, of two alike', [melody, { ...melody, name: 'Lead Vocals' }], 1],
    [
      'the right hand, though it plays chords, and the left alone',
      [
        { ...track(64, (i) => [48 + (i % 12)]), name: 'Piano left' },
        { ...track(64, (i) => [60 + (i % 12), ...(i % 2 ? [76] : [])]), name: 'Piano right' },
      ],
      1,
    ],
    ['the first of two alike', [melody, melody], 0],
    ['of percussion alone the one with the most notes', [sting, drums].map((t) => (t === sting ? empty : t)), 1],
    ['legato too', [chords, track(64, (i) => [60 + (i % 12)])], 1],
  ])('is %s', (_, tracks, expected) => {
    expect(mostMelodic({ tracks })).toBe(expected);
  });

  it('is the first violin of the canon', () => {
    const [canon] = piecesOf(readMidi(readFileSync(new URL('../../../data/canon-in-d.mid', import.meta.url))));
    expect(canon!.tracks[mostMelodic(canon!)]!.name).toBe('Violin I');
  });
});
