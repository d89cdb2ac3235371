import { expect, it } from 'vitest';
import { notesOf } from '../notes.js';
import { canon, heard, note, piece } from '../testing/pieces.js';
import { jitterVelocity } from './jitter-velocity.js';
import { rescale, stretch } from './stretch.js';

it('stretches, rescales and varies', () => {
  expect(heard(stretch(piece(note(100, 50, 60)), 1.5))).toEqual([[150, 225, 60]]);
  expect(rescale(piece(note(100, 50, 60)), 960)).toMatchObject({ division: 960 });
  expect(heard(rescale(piece(note(100, 50, 60)), 960))).toEqual([[200, 300, 60]]);
  const varied = notesOf(jitterVelocity(canon, 9, Math.random)).map(({ velocity }) => velocity);
  expect(Math.min(...varied)).toBeGreaterThanOrEqual(87);
  expect(Math.max(...varied)).toBeLessThanOrEqual(105);
  expect(new Set(varied).size).toBeGreaterThan(5);
});
