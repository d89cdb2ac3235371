import { describe, expect, it } from 'vitest';
import { createGrammar } from './grammars/create-grammar.js';
import { buildVocabulary, corpusVocabulary, countEntropy, encoderOf, tokensOfIds } from './vocabulary.js';

describe('vocabulary', () => {
  const tokens = ['b', 'a', 'c', 'a', 'b', 'B'];
  const vocabulary = buildVocabulary(tokens, 'error');

  it('is ordered by frequency, then text', () => {
    expect(vocabulary.entries).toEqual([
      { token: 'a', count: 2 },
      { token: 'b', count: 2 },
      { token: 'B', count: 1 },
      { token: 'c', count: 1 },
    ]);
  });

  it('gives ids and takes them back', () => {
    expect([...encoderOf(vocabulary)(tokens)]).toEqual([1, 0, 3, 0, 1, 2]);
    expect(tokensOfIds(vocabulary, encoderOf(vocabulary)(tokens))).toEqual(tokens);
  });

  it('stops at an unseen token, or drops it, as it says itself', () => {
    expect(() => encoderOf(vocabulary)(['a', 'z'])).toThrow('token 2: "z" is not one of the vocabulary\'s 4 tokens');
    expect([...encoderOf(buildVocabulary(tokens, 'drop'))(['a', 'z', 'c'])]).toEqual([0, 3]);
  });

  it('knows the entropy of its counts', () => {
    expect(countEntropy(buildVocabulary(['a', 'b', 'a', 'b'], 'error'))).toBeCloseTo(Math.log(2), 12);
    expect(countEntropy(buildVocabulary(['a', 'a'], 'error'))).toBe(0);
  });

  it('has what songs may need, although the music has none of it', () => {
    const score = createGrammar({ grammar: 'score', division: 480, steps: 4, velocities: 1 });
    const music = { tokens: [['Pitch_60', 'Duration_4']], augmented: [], split: [{ tokens: 2, training: 2 }] };
    const ofScore = corpusVocabulary(music, score, 'error');
    expect(ofScore.entries.at(-1)).toEqual({ token: 'Rest_None', count: 0 });
    expect(countEntropy(ofScore)).toBeCloseTo(Math.log(2), 12);
  });
});
