import { expect, it } from 'vitest';
import { pitchName } from './general-midi.js';

it('names pitches', () => {
  expect([0, 60, 69, 127].map(pitchName)).toEqual(['C-1', 'C4', 'A4', 'G9']);
});
