import { describe, expect, it } from 'vitest';
import { keyOf } from './key.js';
import { canon, note, piece } from './testing/pieces.js';
import { transpose } from './transform/transpose.js';

const scale = (...keys: number[]) => piece(keys.flatMap((key, i) => note(480 * i, i === 0 ? 1920 : 480, key)));

describe('the key of a piece', () => {
  it.each([
    [2, false, undefined, 2],
    [-3, true, undefined, 0],
    [-7, false, undefined, 11],
    // Two sharps, and the tonic is the second degree: E Dorian.
    [2, false, 2, 4],
  ])('is that of its signature: %i sharps, minor %s, degree %s', (sharps, minor, tonic, expected) => {
    const signature = { tick: 0, sharps, minor, ...(tonic !== undefined && { tonic }) };
    expect(keyOf({ ...scale(60), keySignatures: [signature] })).toEqual({ tonic: expected, minor });
  });

  it('is estimated from how long each pitch sounds where there is no signature', () => {
    expect(keyOf(scale(60, 62, 64, 65, 67, 69, 71, 67))).toEqual({ tonic: 0, minor: false });
    expect(keyOf(scale(69, 71, 72, 74, 76, 77, 80, 76))).toEqual({ tonic: 9, minor: true });
  });

  it('moves with the piece', () => {
    const unsigned = { ...canon, keySignatures: [] };
    for (const semitones of [-5, 0, 3]) {
      expect(keyOf(transpose(unsigned, semitones)!)).toEqual({ tonic: (14 + semitones) % 12, minor: false });
    }
  });

  it('does not depend on percussion', () => {
    const tune = scale(60, 62, 64, 65, 67, 69, 71, 67);
    const drums = piece([...tune.tracks[0]!.events], note(0, 48_000, 61, 9));
    expect(keyOf(drums)).toEqual(keyOf(tune));
  });
});
