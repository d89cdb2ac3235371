import { piecesOfJson } from '@etude/corpus';
import { pieceFromJson, pieceToJson } from '@etude/music';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGrammar } from '../create-grammar.js';

const frame = fc.uniqueArray(fc.constantFrom(0, 59, 60, 61, 127), { maxLength: 3 });
const roll = fc
  .tuple(fc.nat(3), fc.array(frame, { maxLength: 12 }), fc.nat(3))
  .map(([before, frames, after]) => [
    ...Array<number[]>(before).fill([]),
    ...frames,
    ...Array<number[]>(after).fill([]),
  ])
  .filter((frames) => frames.some((keys) => keys.length > 0));

describe('chord-frame', () => {
  it('writes piano rolls frame by frame, rests at both ends as well, and reads them back', () => {
    fc.assert(
      fc.property(roll, fc.integer({ min: 1, max: 96 }), fc.boolean(), (frames, steps, keyToken) => {
        const grammar = createGrammar({ grammar: 'chord-frame', division: 480, steps, velocities: 1, keyToken });
        const [read] = piecesOfJson(JSON.stringify({ train: [frames], valid: [], test: [] }), steps);
        const text = frames.flatMap((keys) => [
          ...[...keys].sort((a, b) => a - b).map((key) => `Pitch_${key}`),
          'Frame_None',
        ]);
        const tokens = keyToken ? ['Transposed_0', ...text] : text;
        expect(grammar.encode(pieceFromJson(pieceToJson(read!)))).toEqual(tokens);
        expect(grammar.encode(grammar.decode(tokens))).toEqual(tokens);
      }),
    );
  });

  it('tells in its first token how far a piece is transposed', () => {
    const grammar = createGrammar({ grammar: 'chord-frame', division: 480, steps: 1, velocities: 1, keyToken: true });
    expect(grammar.transposed!('Transposed_0', -5)).toBe('Transposed_-5');
    expect(grammar.transposed!('Transposed_-5', 2)).toBe('Transposed_-3');
    expect(grammar.encode(grammar.decode(['Frame_None']))).toEqual([]);
  });

  it('lets songs be in the key of the music alone', () => {
    const grammar = createGrammar({ grammar: 'chord-frame', division: 480, steps: 1, velocities: 1, keyToken: true });
    const mayCome = (token: string) => grammar.reader().allows(token);
    expect(['Transposed_0', 'Transposed_-5', 'Transposed_2', 'Pitch_60', 'Frame_None'].map(mayCome)).toEqual([
      ...[true, false, false, true, true],
    ]);
  });
});
