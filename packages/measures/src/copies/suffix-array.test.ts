import fc from 'fast-check';
import { expect, it } from 'vitest';
import { suffixArray } from './suffix-array.js';

it('sorts the suffixes of any text', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 60 }), (list) => {
      const suffix = (i: number) => String.fromCharCode(...list.slice(i).map((c) => 97 + c));
      const expected = list.map((_, i) => i).sort((a, b) => (suffix(a) < suffix(b) ? -1 : 1));
      expect([...suffixArray(Int32Array.from(list), 4)]).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});
