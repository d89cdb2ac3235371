import { createRandom } from '@etude/music';
import { expect, test } from 'vitest';
import { FirstPlaces } from './first-places.js';

test('a number keeps the place where it came first, as a map would have it, while the table grows', () => {
  const random = createRandom(1);
  const places = new FirstPlaces();
  const expected = new Map<number, number>();
  for (let here = 0; here < 50_000; here++) {
    const number = Math.floor(random.next() * 2 ** 14) * 2 ** 39 + Math.floor(random.next() * 2);
    if (!expected.has(number)) expected.set(number, here);
    expect(places.placeOf(number, here)).toBe(expected.get(number));
  }
});

test('numbers with the same upper bits are told apart', () => {
  const places = new FirstPlaces();
  for (let number = 0; number < 5000; number++) expect(places.placeOf(number, number + 1)).toBe(number + 1);
  for (let number = 0; number < 5000; number++) expect(places.placeOf(number, 0)).toBe(number + 1);
});
