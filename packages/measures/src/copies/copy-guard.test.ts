import type { Note } from '@etude/music';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainCopyOf } from '../testing/plain-copies.js';
import { melody, smallMusic } from '../testing/small-music.js';
import { CopyGuard } from './copy-guard.js';
import { CopyIndex } from './copy-index.js';
import { measureNovelty } from './novelty.js';

const indexOf = (...pieces: readonly (readonly Note[])[]) => new CopyIndex(pieces.map((notes) => [notes]));

/** What of some notes the guard lets pass; what would be copied too far is tried in another key, then left out. */
const guarded = (guard: CopyGuard, notes: readonly Note[], isGiven = (_: Note) => false): Note[] => {
  const song: Note[] = [];
  for (const note of notes) {
    const tried = [note.key, note.key + 1, note.key + 14].map((key) => ({ ...note, key }));
    const allowed = tried.find((each) => guard.allows(each, isGiven(each)));
    if (allowed === undefined) continue;
    guard.add(allowed, isGiven(allowed));
    song.push(allowed);
  }
  return song;
};

describe('the guard against copies', () => {
  const long = { minLength: 60, maxLength: 160 };
  const limit = fc.integer({ min: 1, max: 8 });

  it('lets no song copy more than it may, nor any beginning of one', () => {
    fc.assert(
      fc.property(smallMusic(long), smallMusic(long), limit, (piece, notes, most) => {
        const song = guarded(new CopyGuard([{ index: indexOf(piece), limit: most }]), notes);
        expect(plainCopyOf(song, [piece]).notes).toBeLessThanOrEqual(most);
        const half = song.slice(0, song.length >> 1);
        expect(plainCopyOf(half, [piece]).notes).toBeLessThanOrEqual(most);
      }),
      { numRuns: 300 },
    );
  });

  it('nor round notes that are there already, and given ones that come in between', () => {
    fc.assert(
      fc.property(smallMusic(long), smallMusic(long), limit, fc.func(fc.nat(3)), (piece, notes, most, kindOf) => {
        const kind = ({ start, key }: Note) => kindOf(start, key);
        const isGiven = (note: Note) => kind(note) === 0;
        // Some are there from the beginning, all of them given; the others come in time, some of them given as well.
        const there = notes.filter((note) => isGiven(note) && note.start % 80 === 0);
        const guard = new CopyGuard([{ index: indexOf(piece), limit: most }], { notes: there, isGiven: () => true });
        const song = [
          ...there,
          ...guarded(
            guard,
            notes.filter((note) => !there.includes(note)),
            isGiven,
          ),
        ];
        const given = new Set(song.filter((note) => isGiven(note)).map(({ start, key }) => `${start} ${key}`));
        expect(plainCopyOf(song, [piece], most, (tick, key) => given.has(`${tick} ${key}`)).notes).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('holds against 1,000,000 notes', { timeout: 120_000 }, () => {
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    // Few keys and gaps, so that much is repeated.
    const corpus = melody(
      Array.from({ length: 1_000_000 }, () => 60 + random(4)),
      Array.from({ length: 1_000_000 }, () => 120 * (1 + random(2))),
    );
    const index = indexOf(corpus);
    fc.assert(
      fc.property(smallMusic(long), fc.integer({ min: 2, max: 12 }), (notes, most) => {
        const song = guarded(new CopyGuard([{ index: index, limit: most }]), notes);
        expect(measureNovelty(song, index, (tick) => tick).longestRun?.notes ?? 0).toBeLessThanOrEqual(most);
      }),
      { numRuns: 40 },
    );
  });

  it('does not hinder what is new', () => {
    const guard = new CopyGuard([{ index: indexOf(melody([60, 62, 64, 65, 67])), limit: 3 }]);
    const allowed = melody([60, 62, 64, 65]).map((note) => {
      const may = guard.allows(note);
      guard.add(note);
      return may;
    });
    expect(allowed).toEqual([true, true, true, false]);
  });

  it('lets given music be what it is, but nothing go on with it as a piece does', () => {
    const guard = new CopyGuard([{ index: indexOf(melody([60, 62, 64, 65, 67, 69])), limit: 3 }]);
    const notes = melody([60, 62, 64, 65, 67, 69]);
    for (const note of notes.slice(0, 5)) {
      expect(guard.allows(note, true)).toBe(true);
      guard.add(note, true);
    }
    expect(guard.allows(notes[5]!, true)).toBe(true);
    expect(guard.allows(notes[5]!)).toBe(false);
  });
});
