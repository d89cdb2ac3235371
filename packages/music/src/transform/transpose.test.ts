import { expect, it } from 'vitest';
import { notesOf } from '../notes.js';
import { canon, note, piece } from '../testing/pieces.js';
import { semitonesToC, transpose } from './transpose.js';

it('transposes all but percussion, and refuses what leaves the range', () => {
  const band = piece([...note(0, 10, 60), ...note(0, 10, 36, 9)]);
  expect(notesOf(transpose(band, 5)!).map(({ key }) => key)).toEqual([36, 65]);
  expect(transpose(band, 68)).toBeUndefined();
  const inA = { ...band, keySignatures: [{ tick: 0, sharps: 3, minor: false }] };
  expect(transpose(inA, 3)!.keySignatures[0]!.sharps).toBe(0);
  expect(transpose(inA, 1)!.keySignatures[0]!.sharps).toBe(-2);
});

it('finds the way to C, from what a piece says of its key or from its notes', () => {
  expect(semitonesToC(canon)).toBe(-2);
  expect(semitonesToC({ ...canon, keySignatures: [{ tick: 0, sharps: -3, minor: true }] })).toBe(-3);
  for (let n = -6; n < 6; n++) expect((semitonesToC(transpose(canon, n)!) + n + 2 + 24) % 12).toBe(0);
});
