import { buildVocabulary, createGrammar } from '@etude/tokenizer';
import { expect, it } from 'vitest';
import { songPlan } from './song-plan.js';

const grammarOf = (grammar: 'score' | 'factored') => createGrammar({ grammar, division: 480, steps: 4, velocities: 1 });
const vocabulary = buildVocabulary(['TimeSig_6/8', 'TimeSig_4/4', 'Bars_8', 'Bars_16', 'Pitch_60'], 'error');
const score = { grammar: grammarOf('score'), vocabulary };

it('says metre and bars where the grammar can, of those that the music learned from has', () => {
  expect(songPlan({ metre: '6/8', bars: 16 }, score)).toEqual({ metre: { numerator: 6, denominator: 8 }, bars: 16 });
  expect(() => songPlan({ metre: '3/4' }, score)).toThrow(
    'the music learned from has no metre of 3/4; it has: 4/4, 6/8',
  );
  expect(() => songPlan({ bars: 9 }, score)).toThrow('the music learned from has no length of 9 bars; it has: 8, 16');
});

it('cannot say a metre in another grammar', () => {
  const factored = { grammar: grammarOf('factored'), vocabulary };
  expect(songPlan({ bars: 9 }, factored)).toBeUndefined();
  expect(() => songPlan({ metre: '6/8' }, factored)).toThrow('sample.metre needs a grammar');
});
