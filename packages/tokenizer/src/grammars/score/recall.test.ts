import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_ALIKE } from '../repeats.js';
import { Recall } from './recall.js';

type Event = readonly [key: number, steps: number];

const keysOf = (key: number) => (key < 0 ? [] : [key]);

/** What a voice recalls that has had these events. */
const recalled = (events: readonly Event[], isSequence = false) => {
  const recall = new Recall({ isSequence });
  for (const [key, steps] of events) recall.add(0, keysOf(key), steps);
  const { pitch, duration, alike } = recall.recalled(0);
  return { pitch, duration, alike };
};
const NOTHING = { pitch: 0, duration: 0, alike: 0 };
const C = 60;
const D = 62;
const E = 64;
const F = 65;
const G = 67;
const REST = -1;

describe('recall', () => {
  it('tells what came after the longest stretch that is like the last events', () => {
    const [a, b, c]: Event[] = [
      [C, 12],
      [D, 6],
      [E, 6],
    ];
    expect(recalled([a!, b!])).toEqual(NOTHING);
    expect(recalled([a!, b!, c!, a!, b!])).toEqual({ pitch: E + 2, duration: 6, alike: 2 });
    // The last time it was another note, but not behind so many that are alike.
    const other: Event = [F, 12];
    expect(recalled([c!, a!, b!, c!, a!, b!, other, c!, a!, b!]).pitch).toBe(F + 2);
    expect(recalled([other, a!, b!, c!, c!, a!, b!, other, other, a!, b!])).toEqual({
      pitch: E + 2,
      duration: 6,
      alike: 3,
    });
  });

  it('tells rests, and knows notes of other lengths apart', () => {
    expect(
      recalled([
        [C, 12],
        [D, 6],
        [REST, 6],
        [C, 12],
        [D, 6],
      ]).pitch,
    ).toBe(1);
    expect(
      recalled([
        [C, 12],
        [D, 6],
        [REST, 6],
        [C, 12],
        [D, 12],
      ]),
    ).toEqual(NOTHING);
  });

  it('knows the same on another degree of the scale, and tells it on that degree', () => {
    const onD: Event[] = [
      [D, 6],
      [E, 6],
      [F, 6],
    ];
    const sequence: Event[] = [[C, 6], [D, 6], [E, 6], [G, 12], ...onD];
    expect(recalled(sequence)).toEqual(NOTHING);
    expect(recalled(sequence, true)).toEqual({ pitch: 69 + 2, duration: 12, alike: 2 });
    // What comes after a rest is related to the note before it.
    const withRests: Event[] = [
      [C, 6],
      [REST, 6],
      [E, 6],
      [D, 6],
      [E, 6],
      [REST, 6],
      [G, 6],
    ];
    expect(recalled(withRests, true)).toEqual({ pitch: F + 2, duration: 6, alike: 2 });
  });

  it('finds the voice that one imitates or doubles, once it has gone on', () => {
    const recall = new Recall({ isSequence: true });
    const leads: Event[] = [
      [C, 12],
      [D, 6],
      [E, 6],
    ];
    for (const [key, steps] of leads) recall.add(0, [key], steps);
    // A fifth higher, and then in thirds with it.
    for (const [key, steps] of leads.slice(0, 2)) recall.add(1, [key + 7], steps);
    expect(recall.recalled(1)).toEqual({ pitch: 71 + 2, duration: 6, keys: [E], alike: 2 });
    recall.add(1, [71], 6);
    expect(recall.recalled(1).alike).toBe(0);
    recall.add(0, [F], 6);
    expect(recall.recalled(1)).toEqual({ pitch: 72 + 2, duration: 6, keys: [F], alike: 3 });
  });

  it('is what a search of all places finds', () => {
    const key = fc.constantFrom(REST, C, D, E);
    const events = fc.array(fc.tuple(key, fc.constantFrom(6, 12)), { maxLength: 60 });
    fc.assert(
      fc.property(events, (music) => {
        let best = NOTHING;
        for (let next = music.length - 1; next >= 2; next--) {
          let alike = 0;
          while (
            alike < Math.min(MOST_ALIKE, next) &&
            `${music[next - 1 - alike]}` === `${music[music.length - 1 - alike]}`
          ) {
            alike++;
          }
          const [pitch, duration] = music[next]!;
          if (alike >= 2 && alike > best.alike) best = { pitch: pitch + 2, duration, alike };
        }
        expect(recalled(music)).toEqual(best);
      }),
    );
  });

  it('takes time that grows with the music where two notes repeat', () => {
    const recall = new Recall({ isSequence: true });
    for (let i = 0; i < 100_000; i++) {
      recall.add(0, [C + (i % 2)], 6);
      recall.recalled(0);
    }
    expect(recall.recalled(0).alike).toBe(MOST_ALIKE);
  });
});
