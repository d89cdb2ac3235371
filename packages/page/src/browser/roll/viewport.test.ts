import { expect, it } from 'vitest';
import { following, moved, within, zoomed } from './viewport.js';

const view = { from: 8, until: 16 };

it('stays within the piece, however it is moved or zoomed', () => {
  expect(moved(view, 100, 32)).toEqual({ from: 24, until: 32 });
  expect(moved(view, -100, 32)).toEqual({ from: 0, until: 8 });
  expect(zoomed(view, 0.01, 12, 32)).toEqual({ from: 0, until: 32 });
  expect(within({ from: 30, until: 38 }, 32)).toEqual({ from: 24, until: 32 });
});

it('keeps what is under the pointer in place, and shows a quarter note at least', () => {
  expect(zoomed(view, 2, 10, 32)).toEqual({ from: 9, until: 13 });
  expect(zoomed(view, 1000, 12, 32)).toEqual({ from: 11.5, until: 12.5 });
});

it('moves by whole pixels, and is the same view where it does not move', () => {
  expect(moved(view, 0.26, 32, 0.1)).toEqual({ from: 8.3, until: 16.3 });
  expect(moved(view, 0.04, 32, 0.1)).toBe(view);
});

it('turns the page where the playhead leaves it', () => {
  expect(following(view, 12, 32)).toBe(view);
  expect(following(view, 16, 32)).toEqual({ from: 16, until: 24 });
  expect(following(view, 30, 32)).toEqual({ from: 24, until: 32 });
  expect(following(view, 2, 32)).toEqual({ from: 2, until: 10 });
});
