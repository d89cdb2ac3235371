import { defineStage } from '@etude/engine';
import {
  corpusVocabulary,
  createGrammar,
  grammarFormat,
  splitFormat,
  tokensFormat,
  vocabularyFormat,
} from '@etude/tokenizer';
import * as z from 'zod';

export const buildVocab = defineStage({
  name: 'build-vocab',
  version: 3,
  summary: 'Gives every token an id: most frequent first, equal counts in the order of their text',
  params: z.strictObject({
    unseen: z
      .enum(['error', 'drop'])
      .default('error')
      .describe('what to do with a token that the vocabulary lacks: stop with an error, or leave it out'),
  }),
  inputs: { tokens: tokensFormat, augmented: tokensFormat, split: splitFormat, grammar: grammarFormat },
  outputs: { vocabulary: vocabularyFormat },
  run: ({ inputs, params }) => ({
    vocabulary: corpusVocabulary(inputs, createGrammar(inputs.grammar), params.unseen),
  }),
});
