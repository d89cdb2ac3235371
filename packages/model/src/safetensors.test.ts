import { expect, it } from 'vitest';
import { fromSafetensors, toSafetensors } from './safetensors.js';

const numbers = [
  0,
  -0,
  1,
  -1.5,
  1 / 3,
  3.0e-39,
  3.0e38,
  1 + 2 ** -8,
  1 + 3 * 2 ** -8,
  Number.NaN,
  Number.POSITIVE_INFINITY,
];
const arrays = {
  a: { shape: [numbers.length], data: Float32Array.from(numbers) },
  b: { shape: [0, 2], data: new Float32Array(0) },
};
const metadata = { kind: 'test' };

it('keeps arrays of 32 bits as they are', () => {
  const bytes = { runs: Uint8Array.of(0, 1, 255) };
  for (const type of ['float32', 'bfloat16'] as const) {
    expect(fromSafetensors(toSafetensors({ arrays, bytes, metadata }, type)).bytes).toEqual(bytes);
  }
  expect(fromSafetensors(toSafetensors({ arrays, bytes, metadata })).arrays).toEqual(arrays);
  expect(fromSafetensors(toSafetensors({ arrays, metadata }))).toEqual({ arrays, bytes: {}, metadata });
});

it('rounds to 16 bits, of two that are as near to the even one, and takes half of the space', () => {
  const bytes = toSafetensors({ arrays, metadata }, 'bfloat16');
  const { a, b } = fromSafetensors(bytes).arrays;
  expect(b).toEqual(arrays.b);
  expect(a!.shape).toEqual(arrays.a.shape);
  const [zero, minusZero, one, oneAndHalf, third, tiny, large, even, odd, none, infinite] = a!.data;
  expect([zero, minusZero, one, oneAndHalf]).toEqual([0, -0, 1, -1.5]);
  expect(third).toBe(0.333984375);
  expect(Math.abs(tiny! - 3.0e-39)).toBeLessThan(1e-40);
  expect(large! / 3.0e38).toBeCloseTo(1, 2);
  expect([even, odd]).toEqual([1, 1 + 2 ** -6]);
  expect([none, infinite]).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
  const headerOf = (file: Uint8Array) => 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
  expect(bytes.length - headerOf(bytes)).toBe(2 * numbers.length);
});

it('refuses numbers of other types', () => {
  const text = new TextDecoder('latin1').decode(toSafetensors({ arrays, metadata }));
  const bytes = Uint8Array.from(text.replace('"F32"', '"F16"'), (letter) => letter.charCodeAt(0));
  expect(() => fromSafetensors(bytes)).toThrow('not a safetensors file of F32, BF16 or U8 arrays: "a" has type F16');
});
