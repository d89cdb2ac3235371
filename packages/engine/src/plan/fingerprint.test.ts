import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, fingerprintOf } from './fingerprint.js';

const ingredients = {
  stage: 'train',
  version: 1,
  params: { a: 1, b: { c: [1, 2], d: 'x' } },
  inputs: { x: 'aa', y: ['bb', 'cc'] },
};

describe('fingerprintOf', () => {
  it('is the same for the same ingredients in any order of keys', () => {
    const reordered = {
      inputs: { y: ['bb', 'cc'], x: 'aa' },
      params: { b: { d: 'x', c: [1, 2] }, a: 1 },
      version: 1,
      stage: 'train',
    };
    expect(fingerprintOf(reordered)).toBe(fingerprintOf(ingredients));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (params) => {
        const reversed = Object.fromEntries(Object.entries(params).reverse());
        expect(fingerprintOf({ ...ingredients, params: reversed })).toBe(fingerprintOf({ ...ingredients, params }));
      }),
    );
  });

  it.each([
    ['stage', { ...ingredients, stage: 'sample' }],
    ['version', { ...ingredients, version: 2 }],
    ['parameter', { ...ingredients, params: { ...ingredients.params, a: 2 } }],
    ['order of a list', { ...ingredients, params: { ...ingredients.params, b: { c: [2, 1], d: 'x' } } }],
    ['input', { ...ingredients, inputs: { ...ingredients.inputs, x: 'ab' } }],
    ['order of a family', { ...ingredients, inputs: { ...ingredients.inputs, y: ['cc', 'bb'] } }],
    ['port', { ...ingredients, inputs: { z: 'aa', y: ['bb', 'cc'] } }],
  ])('is another for another %s', (_, changed) => {
    expect(fingerprintOf(changed)).not.toBe(fingerprintOf(ingredients));
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => fingerprintOf({ ...ingredients, params: { a: () => 1 } })).toThrow();
  });

  it('is a SHA-256', () => {
    expect(digestOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
