import { expect, it } from 'vitest';
import { noise, noiseOf } from './noise-settings.js';

const context = { ticks: { beat: 24, bar: 96 }, layers: 2, themeOf: () => [] };
const stateNoise = (layers: number[]) => noise.parse({ every: 8, disturbances: [{ kind: 'state', scale: 1, layers }] });

it('takes the layers that the model has, and no others', () => {
  expect(noiseOf(stateNoise([0, 1]), context)).toMatchObject({ every: 8, disturbances: [{ layers: [0, 1] }] });
  expect(() => noiseOf(stateNoise([0, 2]), context)).toThrow('sample.noise disturbs layer 2; the model has 2');
});
