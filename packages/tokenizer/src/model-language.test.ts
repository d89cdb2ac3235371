import { expect, it } from 'vitest';
import { createGrammar } from './grammars/create-grammar.js';
import { LanguageError, languageFromMetadata, languageToMetadata, relatedTokens } from './model-language.js';
import { buildVocabulary } from './vocabulary.js';

const settings = { grammar: 'factored', division: 480, steps: 4, velocities: 32 } as const;
const related = (wanted: string, known: string[]) =>
  relatedTokens(buildVocabulary([wanted], 'error'), known, createGrammar(settings))[0];

it('stands in the metadata of a model', () => {
  const vocabulary = buildVocabulary(['Pitch_60', 'Duration_4', 'Pitch_60'], 'error');
  const metadata = languageToMetadata(vocabulary, settings);
  expect(languageFromMetadata(metadata)).toEqual({ tokens: ['Pitch_60', 'Duration_4'], grammar: settings });
});

it.each([
  ['nothing', {}],
  ['no JSON', { tokens: '[', grammar: '{}' }],
  ['tokens that are no texts', { tokens: '[1]', grammar: JSON.stringify(settings) }],
  ['a grammar that is none', { tokens: '[]', grammar: '{"grammar":"sung"}' }],
])('is missed where they say %s', (_, metadata) => {
  expect(() => languageFromMetadata(metadata)).toThrow(LanguageError);
});

it.each([
  ['itself', 'Pitch_61', ['Pitch_60', 'Pitch_61'], 1],
  ['the nearest pitch', 'Pitch_61', ['Duration_4', 'Pitch_40', 'Pitch_59'], 2],
  ['the length that is nearest as a ratio', 'Duration_8', ['Duration_1', 'Duration_15', 'Duration_3'], 1],
  ['nothing of another kind', 'Pitch_61', ['Duration_4', 'Velocity_62'], -1],
])('relates a token to %s', (_, wanted, known, id) => {
  expect(related(wanted, known)).toBe(id);
});
