import { expect, it } from 'vitest';
import { state } from './state.js';

const context = { ticks: { beat: 24, bar: 96 }, layers: 2, themeOf: () => [] };

it('takes the layers that the model has, and no others', () => {
  const settings = (layers: number[]) => state.schema.parse({ kind: 'state', scale: 1, layers });
  expect(() => state.prepare(settings([0, 1]), context)).not.toThrow();
  expect(() => state.prepare(settings([0, 2]), context)).toThrow('sample.noise disturbs layer 2; the model has 2');
});
