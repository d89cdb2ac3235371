import type { Note } from '@etude/music';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainCopyOf } from '../testing/plain-copies.js';
import { changed, melody, smallMusic } from '../testing/small-music.js';
import { CopyIndex } from './copy-index.js';
import { firstExcess } from './excess.js';
import { measureNovelty } from './novelty.js';

const indexOf = (...pieces: readonly (readonly Note[])[]) => new CopyIndex(pieces.map((notes) => [notes]));
const longest = (song: readonly Note[], ...pieces: readonly (readonly Note[])[]) =>
  measureNovelty(song, indexOf(...pieces), (tick) => tick).longestRun?.notes ?? 1;

/** Chords of three keys each, a quarter note apart. */
const chords = (roots: readonly number[], from = 0): Note[] =>
  roots.flatMap((root, i) =>
    [0, 4, 7].map((third) => ({
      ...{ track: 0, channel: 0, program: 0, velocity: 90 },
      ...{ key: root + third, start: from + 480 * i, end: from + 480 * (i + 1) },
    })),
  );

describe('a copied run', () => {
  it('is as long as by comparing everything with everything', () => {
    const tempo = fc.constantFrom(1, 0.5, 2, 3);
    const change = fc.record({ semitones: fc.integer({ min: -3, max: 3 }), tempo, first: fc.nat(10) });
    const songs = fc.oneof(
      smallMusic({ minLength: 1, maxLength: 40 }).map((song) => () => song),
      fc.tuple(change, smallMusic({ minLength: 0, maxLength: 6 })).map(([how, head]) => (source: readonly Note[]) => [
        ...head,
        ...changed(source, how).map((note) => ({ ...note, start: note.start + 4000, end: note.end + 4000 })),
      ]),
    );
    fc.assert(
      fc.property(
        fc.array(smallMusic({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 3 }),
        songs,
        (pieces, songOf) => {
          const song = songOf(pieces[0]!);
          const plain = plainCopyOf(song, pieces);
          expect(longest(song, ...pieces)).toBe(Math.max(1, plain.notes));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([3, 4, 6, 8])('is too long where comparing everything says so: limit of %i', (limit) => {
    const music = smallMusic({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(music, music, fc.func(fc.boolean()), (piece, song, given) => {
        const isGiven = (tick: number, key: number) => given(tick, key);
        const plain = plainCopyOf(song, [piece], limit, isGiven);
        const excess = firstExcess(song, [{ index: indexOf(piece), limit }], ({ start, key }) => isGiven(start, key));
        expect(excess !== undefined).toBe(plain.notes > 0);
        // Before it all is as it should be, and the note that it names is one that was written.
        if (excess === undefined) return;
        expect(
          plainCopyOf(
            song.filter(({ start }) => start < excess.at),
            [piece],
            limit,
            isGiven,
          ).notes,
        ).toBe(0);
        expect(isGiven(excess.written.start, excess.written.key)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('counts chords in full, whatever time was before them', () => {
    const source = [...melody([90], [100]), ...chords([60, 62, 64, 65], 100)];
    expect(longest([...melody([30], [700]), ...chords([50, 52, 54, 55], 700)], source)).toBe(12);
    expect(
      longest(
        [...melody([30], [700]), ...chords([50, 52, 54, 55, 57, 59], 700)],
        [...melody([90], [100]), ...chords([60, 62, 64, 65, 67, 69], 100)],
      ),
    ).toBe(18);
  });

  it('does not depend on the order of tracks', () => {
    const [a, b] = [melody([60, 64, 67, 64, 60]), melody([72, 71, 69, 67, 65])];
    const inTracks = (...voices: Note[][]) =>
      voices.flatMap((voice, track) => voice.map((note) => ({ ...note, track })));
    expect(longest(inTracks(b, a), inTracks(a, b))).toBe(10);
  });

  it('is found in the highest notes, over other chords', () => {
    const tune = melody([72, 74, 76, 77, 79, 77, 76, 74, 72]);
    const over = (intervals: readonly number[]) =>
      tune.flatMap((note, i) => [note, { ...note, key: note.key - intervals[i % intervals.length]! }]);
    const found = measureNovelty(over([12, 7]), indexOf(over([16, 9, 5])), (tick) => tick).longestRun;
    expect(found).toMatchObject({ notes: 9, line: 'skyline', source: { line: 'skyline' } });
  });

  it('of percussion has the same keys', () => {
    const drums = (keys: readonly number[]) => melody(keys).map((note) => ({ ...note, channel: 9 }));
    const beat = Array.from({ length: 45 }, (_, i) => [36, 42, 38, 42][i % 4]!);
    expect(longest(drums(beat), drums(beat))).toBe(45);
    expect(longest(drums(beat.map((key) => key + 1)), drums(beat))).toBe(1);
    expect(longest(melody(beat), drums(beat))).toBe(1);
  });
});

it('is made in time linear in the notes, or nearly', () => {
  const time = (count: number) => {
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const notes = melody(
      Array.from({ length: count }, () => 50 + random(30)),
      Array.from({ length: count }, () => 120 * (1 + random(4))),
    );
    // Of the processor, not of the clock: the machine may be busy.
    const before = process.cpuUsage();
    indexOf(notes);
    return process.cpuUsage(before).user;
  };
  time(20_000);
  expect(time(320_000) / Math.min(time(20_000), time(20_000), time(20_000))).toBeLessThan(16 * 6);
});
