import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainCopyOf } from '../testing/plain-copies.js';
import { melody, smallMusic } from '../testing/small-music.js';
import { CopyGuard } from './copy-guard.js';
import { hashesOfRuns, RunHashes } from './run-hashes.js';

const music = smallMusic({ minLength: 0, maxLength: 40 });
const tune = [60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77, 79];

it('finds the runs of nine notes and more that a search of all places finds, in any key', () => {
  fc.assert(
    fc.property(music, music, fc.integer({ min: -5, max: 5 }), (piece, more, semitones) => {
      const moved = piece.slice(0, 20).map((note) => ({ ...note, key: note.key + semitones }));
      const song = [
        ...moved,
        ...more.map((note) => ({ ...note, start: note.start + 100_000, end: note.end + 100_000 })),
      ];
      const { notes } = plainCopyOf(song, [piece]);
      expect(new RunHashes(hashesOfRuns([[piece]])).longestIn(song)).toBe(notes < 9 ? 0 : notes);
    }),
    { numRuns: 300 },
  );
});

it('bounds copies at eight notes, and knows nothing of shorter ones', () => {
  const known = new RunHashes(hashesOfRuns([[melody(tune)]]));
  const guard = new CopyGuard([{ index: known, limit: 8 }]);
  const song = melody(
    tune.map((key) => key + 3),
    tune.map(() => 120),
  );
  const kept = song.filter((note) => {
    const isAllowed = guard.allows(note);
    if (isAllowed) guard.add(note);
    return isAllowed;
  });
  expect(kept.slice(0, 8)).toEqual(song.slice(0, 8));
  expect(kept).not.toContain(song[8]);
  expect(known.longestIn(song)).toBe(12);
  expect(known.longestIn(song.slice(0, 8))).toBe(0);
});

it('adds to what was there before', () => {
  const others = hashesOfRuns([[melody(tune)]]);
  const both = hashesOfRuns([[melody([...tune].reverse())]], others);
  expect(both.length).toBeGreaterThan(others.length);
  expect([...both]).toEqual([...new Set(both)].sort((a, b) => a - b));
  expect(new RunHashes(both).longestIn(melody(tune))).toBe(12);
});
