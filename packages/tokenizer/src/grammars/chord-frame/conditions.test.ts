import { describe, expect, it } from 'vitest';
import { toldConditions } from '../../testing/told-conditions.js';
import { frameConditions } from './conditions.js';
import { chordFrameTokens } from './tokens.js';

/** What is told of the place behind some frames, of which the last one is open: `60 64 | 62`. */
function toldIn(frames: string, shift = 0): (name: string) => number {
  const written = frames.split(/\s+/).filter(Boolean);
  const tokens = written.map((token) => (token === '|' ? 'Frame_None' : `Pitch_${token}`));
  return toldConditions(frameConditions(chordFrameTokens()), [`Transposed_${shift}`, ...tokens]);
}

describe('what a model of frames is told', () => {
  it('has values below the size of each', () => {
    const { fields } = frameConditions(chordFrameTokens());
    const full = `${Array.from({ length: 128 }, (_, key) => key).join(' ')} |`;
    for (const told of [toldIn(''), toldIn(`0 127 | ${full.repeat(40)} 3 127`, -11)]) {
      for (const { name, size } of fields) {
        expect(told(name), name).toBeGreaterThanOrEqual(0);
        expect(told(name), name).toBeLessThan(size);
      }
    }
  });

  it('is the place in the frame and in the piece', () => {
    const told = toldIn('60 64 | 60 64 | 60 64 | 48 64', -3);
    expect(['slot', 'frame-in-4', 'frame-in-16', 'held', 'shift'].map(told)).toEqual([2, 3, 3, 2, 9]);
  });

  it('is what sounds and sounded before, and how the voices move', () => {
    const told = toldIn('48 60 64 | 47 62 67 | 48 60', 1);
    expect([1, 2, 3].map((slot) => told(`pitch-${slot}`))).toEqual([50, 62, 0]);
    expect([1, 2, 3, 4].map((slot) => told(`before-${slot}`))).toEqual([49, 64, 69, 0]);
    expect([1, 2, 3, 4].map((slot) => told(`before-that-${slot}`))).toEqual([50, 62, 66, 0]);
    expect([1, 2, 3].map((slot) => told(`motion-${slot}`))).toEqual([25 + 1, 25 - 2, 0]);
    expect([1, 2, 3].map((slot) => told(`above-${slot}`))).toEqual([25 + 15, 25 + 5, 0]);
    // A semitone higher than it was written, C is B.
    expect(told('class-1')).toBe(1 + 11);
    expect(told('same-slot-before')).toBe(25 + 7);
  });

  it('is what came next some frames ago, above the pitches so far', () => {
    const told = toldIn('60 64 67 | 62 65 | 60 64');
    expect([told('next-2-ago'), told('agrees-2-ago')]).toEqual([69, 1]);
    expect([told('next-before'), told('agrees-before')]).toEqual([67, 2]);
    expect([told('next-4-ago'), told('agrees-4-ago')]).toEqual([0, 0]);
    expect(toldIn('60 64 | 60 64')('next-before')).toBe(1);
  });

  it('is the frame that came after the same frames', () => {
    const told = toldIn('60 | 62 | 64 | 65 | 60 | 62 | ');
    expect([told('next-recalled'), told('recalled-alike')]).toEqual([66, 17 + 2]);
    expect(toldIn('60 | 62 | 64 | 65 | 60 | 62 | 63')('recalled-alike')).toBe(34 + 2);
    expect(toldIn('60 | 62 |')('next-recalled')).toBe(0);
  });
});
