import { describe, expect, it } from 'vitest';
import { dropoutKey, dropoutMask } from './dropout.js';

describe('dropoutMask', () => {
  const mask = (rate: number, step: number, place = 0, period = 0) =>
    dropoutMask({ rate, key: dropoutKey(3, step, place), period }, 64, 256);
  const share = (values: Float32Array) => values.filter((x) => x === 0).length / values.length;

  it.each([0.1, 0.25, 0.5, 0.9])('drops the share %f, and keeps the mean', (rate) => {
    const values = mask(rate, 1);
    expect(share(values)).toBeGreaterThan(rate - 0.015);
    expect(share(values)).toBeLessThan(rate + 0.015);
    expect(values.reduce((sum, x) => sum + x) / values.length).toBeCloseTo(1, 0);
  });

  it('drops others at every step and place, independently', () => {
    const [one, next, elsewhere] = [mask(0.5, 1), mask(0.5, 2), mask(0.5, 1, 1)];
    for (const other of [next, elsewhere]) {
      const both = one.map((x, i) => (x === 0 && other[i] === 0 ? 0 : 1));
      expect(share(both)).toBeGreaterThan(0.235);
      expect(share(both)).toBeLessThan(0.265);
    }
    // Neighbours in a row and in a column are independent as well.
    for (const apart of [1, 256]) {
      const both = one.subarray(apart).map((x, i) => (x === 0 && one[i] === 0 ? 0 : 1));
      expect(share(both)).toBeGreaterThan(0.235);
      expect(share(both)).toBeLessThan(0.265);
    }
  });

  it('repeats after its period', () => {
    const values = mask(0.5, 1, 0, 8);
    expect(values.subarray(8 * 256, 16 * 256)).toEqual(values.subarray(0, 8 * 256));
    expect(values.subarray(256, 512)).not.toEqual(values.subarray(0, 256));
  });
});
