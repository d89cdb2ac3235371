import { ChannelEvents } from '@etude/midi-reader';
import { createRandom, type Piece } from '@etude/music';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familiesOf, Variants } from './families.js';

/** A track a list of pitches, each a quarter note. */
const piece = (...tracks: number[][]): Pick<Piece, 'tracks'> => ({
  tracks: tracks.map((keys, channel) => ({
    name: '',
    events: ChannelEvents.of(
      keys.flatMap((key, index) => [
        { tick: index, status: 0x90 | channel, data1: key, data2: 90 },
        { tick: index + 1, status: 0x80 | channel, data1: key, data2: 0 },
      ]),
    ),
  })),
});
const random = createRandom(1);
const tune = (length: number) => Array.from({ length }, () => 60 + Math.floor(random.next() * 15));

describe('families', () => {
  const [a, b, c, bass] = [tune(60), tune(60), tune(60), tune(60)];
  const up = (keys: number[]) => keys.map((key) => key + 5);

  it('are pieces that share 18 notes in a row, in any key and in any part', () => {
    expect(familiesOf([a, b, up(a), [...b.slice(0, 18), ...c]].map((keys) => piece(keys)))).toEqual([0, 1, 0, 1]);
    expect(familiesOf([piece(a), piece([...tune(40), ...a.slice(0, 17)])])).toEqual([0, 1]);
    expect(familiesOf([piece(a), piece(bass, up(a.slice(20, 50)))])).toEqual([0, 0]);
  });

  it('leave a piece out that is a variant of one of others', () => {
    const variants = new Variants([piece(a), piece(bass, b)]);
    const pieces = [up(a), [...c.slice(0, 30), ...up(b).slice(7, 25)], c, b.slice(0, 17)].map((keys) => piece(keys));
    expect(pieces.map((each) => variants.has(each))).toEqual([true, true, false, false]);
    expect(new Variants([]).has(piece(a))).toBe(false);
  });

  it('are joined by a piece between', () => {
    expect(familiesOf([piece(a), piece(b), piece(c), piece([...c, ...a])])).toEqual([0, 1, 0, 0]);
  });

  it('are not made by drones and figures, nor by percussion', () => {
    const figure = Array.from({ length: 40 }, (_, index) => 48 + [0, 7, 4, 7][index % 4]!);
    expect(familiesOf([piece(a, figure), piece(b, figure)])).toEqual([0, 1]);
    const drums = tune(40);
    const band = (keys: number[]) => piece(keys, ...Array.from({ length: 8 }, () => []), drums);
    expect(familiesOf([band(a), band(b)])).toEqual([0, 1]);
  });

  it('are the same whatever the order of the pieces', () => {
    const pieces = [a, b, up(a), [...c, ...b], tune(60), c, tune(10)].map((keys) => piece(keys));
    const together = (families: number[], i: number, j: number) => families[i] === families[j];
    const before = familiesOf(pieces);
    fc.assert(
      fc.property(fc.shuffledSubarray([...pieces.keys()], { minLength: pieces.length }), (order) => {
        const families = familiesOf(order.map((place) => pieces[place]!));
        for (let i = 0; i < order.length; i++) {
          expect(families[i]!).toBeLessThanOrEqual(i);
          for (let j = 0; j < i; j++) expect(together(families, i, j)).toBe(together(before, order[i]!, order[j]!));
        }
      }),
      { numRuns: 50 },
    );
  });
});
