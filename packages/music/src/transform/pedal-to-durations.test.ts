import { expect, it } from 'vitest';
import { heard, note, pedal, piece } from '../testing/pieces.js';
import { pedalToDurations } from './pedal-to-durations.js';

it('makes notes as long as the pedal holds them', () => {
  const held = piece([pedal(0, 127), ...note(10, 10, 60), ...note(30, 10, 60), ...note(40, 500, 64), pedal(100, 0)]);
  expect(heard(pedalToDurations(held))).toEqual([
    [10, 30, 60],
    [30, 100, 60],
    [40, 540, 64],
  ]);
  expect([...pedalToDurations(held).tracks[0]!.events].some(({ status }) => status === 0xb0)).toBe(false);
});
