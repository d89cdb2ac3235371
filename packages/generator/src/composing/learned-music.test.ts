import type { Piece } from '@etude/music';
import { expect, it } from 'vitest';
import { LearnedMusic } from './learned-music.js';

const piece = (numerator: number, sharps: number): Piece => ({
  ...{ division: 480, tempos: [], tracks: [] },
  timeSignatures: [{ tick: 0, numerator, denominator: 4 }],
  keySignatures: [{ tick: 0, sharps, minor: false }],
});

it('finds the first piece with the most frequent metre and, of those, the most frequent key', () => {
  const [inFour, inC, inG, again] = [piece(4, 1), piece(3, 0), piece(3, 1), piece(3, 1)];
  expect(new LearnedMusic([inFour, inC, inG, again]).typical).toBe(inG);
  expect(new LearnedMusic([inFour, inC]).typical).toBe(inFour);
});
