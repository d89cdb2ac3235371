import { expect, it } from 'vitest';
import { createGrammar } from './grammars/create-grammar.js';
import { END_OF_PIECE } from './grammars/grammar.js';
import { inKey, keysThatFit, learnedInOtherKeys, piecesInOtherKeys } from './other-keys.js';

const grammar = createGrammar({ grammar: 'factored', division: 480, steps: 4, velocities: 32 });
const first = ['Pitch_60', 'Duration_4', 'Pitch_62', END_OF_PIECE];
const second = ['Pitch_70', END_OF_PIECE];
const corpus = {
  tokens: [first, second],
  augmented: [['Pitch_61', END_OF_PIECE]],
  split: [
    { tokens: 4, training: 2, keys: [-2, 1] },
    { tokens: 2, training: 2, copies: 1, keys: [1] },
  ],
};

it('moves pitches, and nothing else', () => {
  expect(['Pitch_60', 'Duration_4', END_OF_PIECE].map((token) => inKey(token, 2, grammar))).toEqual([
    'Pitch_62',
    'Duration_4',
    END_OF_PIECE,
  ]);
});

it('has the keys in which all pitches are keys of MIDI', () => {
  expect(keysThatFit(first, grammar)).toHaveLength(11);
  expect(keysThatFit(['Pitch_126'], grammar)).toEqual([1, -1, -2, -3, -4, -5]);
});

it('has the part that is learned, ended as a piece, and copies in keys of their piece', () => {
  expect([...learnedInOtherKeys(corpus)]).toEqual([
    { tokens: ['Pitch_60', 'Duration_4', END_OF_PIECE], keys: [-2, 1] },
    { tokens: second, keys: [1] },
    { tokens: ['Pitch_61', END_OF_PIECE], keys: [1] },
  ]);
});

it('has them key by key', () => {
  const tokens = [...piecesInOtherKeys(corpus, grammar)].map((piece) => piece[0]);
  expect(tokens).toEqual(['Pitch_61', 'Pitch_71', 'Pitch_62', 'Pitch_58']);
});
