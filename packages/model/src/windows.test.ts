import { describe, expect, it } from 'vitest';
import { countWindows, inStretches, onlyHeard, stretchOf, windowsOver } from './windows.js';

const ids = (...list: number[]) => ({ ids: Int32Array.from(list) });
const plain = ({ ids, rows }: { ids: Int32Array; rows?: Uint16Array | undefined }) => [[...ids], rows && [...rows]];

describe('stretches', () => {
  it('overlap by a token, which is heard in the one and told in the other', () => {
    expect(inStretches([ids(0, 1, 2, 3, 4)], 2).map(plain)).toEqual([
      [[0, 1, 2], undefined],
      [[2, 3, 4], undefined],
    ]);
  });

  it('have the conditions of their tokens, without a copy', () => {
    const whole = { ids: Int32Array.of(5, 6, 7), rows: Uint16Array.of(50, 51, 60, 61, 70, 71) };
    const part = stretchOf(whole, 1);
    expect(plain(part)).toEqual([
      [6, 7],
      [60, 61, 70, 71],
    ]);
    expect(part.ids.buffer).toBe(whole.ids.buffer);
  });

  it('of short pieces are these pieces', () => {
    expect(inStretches([ids(0, 1), ids(2, 3), ids(4, 5)], 3).map(plain)).toEqual([
      [[0, 1], undefined],
      [[2, 3], undefined],
      [[4, 5], undefined],
    ]);
  });
});

describe('windows', () => {
  it('have the next piece in a row that has come to its end, from a fresh state', () => {
    const windows = [...windowsOver([ids(0, 1, 2, 3), ids(4, 5), ids(6, 7, 8)], 2, 2)];
    expect(windows.map(({ inputs, targets, counted, fresh }) => [[...inputs], [...targets], counted, fresh])).toEqual([
      [[0, 4, 1, 0], [1, 5, 2, -1], 3, [true, true]],
      [[2, 6, 0, 7], [3, 7, -1, 8], 3, [false, true]],
    ]);
  });

  it('are as many as they are counted, and can be begun at any', () => {
    const stretches = [ids(0, 1, 2, 3, 4, 5), ids(6, 7), ids(8, 9, 10)];
    const all = [...windowsOver(stretches, 2, 2)];
    expect(countWindows(stretches, 2, 2)).toBe(all.length);
    expect([...windowsOver(stretches, 2, 2, 2)]).toEqual(all.slice(2));
  });

  it('hear what need not be told, and do not count it', () => {
    const [window] = windowsOver([ids(onlyHeard(3), onlyHeard(0), 5)], 1, 4);
    expect([...window!.inputs]).toEqual([3, 0]);
    expect([...window!.targets]).toEqual([-1, 5]);
    expect(window!.counted).toBe(1);
  });
});
