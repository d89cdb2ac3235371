import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { risingFromBytes, risingToBytes } from './rising-numbers.js';

it('gives back the numbers', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 })), (numbers) => {
      const rising = Uint32Array.from(numbers).sort();
      expect(risingFromBytes(risingToBytes(rising))).toEqual(rising);
    }),
  );
});

it('writes differences, seven bits a byte', () => {
  expect([...risingToBytes(Uint32Array.of(5, 300))]).toEqual([5, 0xa7, 0x02]);
});
