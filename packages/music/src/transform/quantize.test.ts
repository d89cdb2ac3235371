import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Piece } from '../piece.js';
import { heard, note, piece } from '../testing/pieces.js';
import { gridReport, quantize } from './quantize.js';

describe('a grid', () => {
  it('moves events to the nearest step, and reports by how much', () => {
    const played = piece([...note(10, 90, 60), ...note(230, 250, 62)]);
    const [moved, report] = [quantize(played, 2), gridReport(played, 2)];
    // 10 → 0, 100 → 240 so that a step is left, 230 → 240, 480 stays
    expect(heard(moved)).toEqual([
      [0, 240, 60],
      [240, 480, 62],
    ]);
    expect(report).toEqual({ events: 4, moved: 3, mostBeats: 140 / 480, meanBeats: 160 / 4 / 480 });
  });

  it('moves no beginning by more than half a step, and leaves what stands on it', () => {
    const music = fc
      .array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 900 }), fc.integer({ min: 50, max: 70 })), {
        minLength: 1,
      })
      .map((list) => piece(list.flatMap(([tick, length, key]) => note(tick, length, key))));
    fc.assert(
      fc.property(music, fc.constantFrom(1, 3, 4, 7), (before, steps) => {
        const after = quantize(before, steps);
        const onsets = (of: Piece) => [...of.tracks[0]!.events].filter((e) => e.status === 0x90).map((e) => e.tick);
        const sorted = onsets(before);
        for (const [i, tick] of onsets(after).entries()) {
          expect(Math.abs(tick - sorted[i]!)).toBeLessThanOrEqual(240 / steps + 1);
        }
        expect(gridReport(after, steps).moved).toBe(0);
      }),
    );
  });
});
