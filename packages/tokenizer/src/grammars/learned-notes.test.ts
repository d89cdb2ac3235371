import { notesOf } from '@etude/music';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyMusic } from '../testing/pieces.js';
import { GRAMMARS, timeOf } from './create-grammar.js';
import { learnedNotes } from './learned-notes.js';

describe.each(GRAMMARS)('what %s has learned', (grammar) => {
  it('is each piece as it is, and as it is written', () => {
    fc.assert(
      fc.property(fc.array(anyMusic, { minLength: 1, maxLength: 3 }), (pieces) => {
        const oneTrack = pieces.map((piece) => ({ ...piece, division: 480, tracks: piece.tracks.slice(0, 1) }));
        const steps = timeOf(grammar) === 'steps' ? 4 : 0;
        const learned = learnedNotes({ grammar, division: 480, steps, velocities: 1 }, oneTrack);
        expect(learned.map(([asItIs]) => asItIs)).toEqual(oneTrack.map(notesOf));
        for (const [asItIs, written] of learned) {
          if (steps === 0) expect(written).toEqual(asItIs);
          // On a grid of four steps, 480 ticks a quarter note are 120 a step.
          else for (const { start } of written ?? []) expect(start % 120).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });
});
