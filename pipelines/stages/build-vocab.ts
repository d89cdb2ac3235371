import { defineStage } from '@etude/pipeline';
import { buildVocabulary, parseTokens } from '@etude/tokenizer';
import * as z from 'zod';
import { vocabularyToJson } from './vocabulary-json.js';

export const buildVocab = defineStage({
  name: 'build-vocab',
  version: 2,
  summary: 'Gives every token an id: most frequent first, equal counts in the order of their text',
  params: z.strictObject({
    unseen: z
      .enum(['error', 'drop'])
      .default('error')
      .describe('what to do with a token that the vocabulary lacks: stop with an error, or leave it out'),
  }),
  inputs: { tokens: 'file', augmented: 'file' },
  outputs: { vocabulary: 'file' },
  run: ({ inputs, params }) => ({
    vocabulary: vocabularyToJson(
      buildVocabulary([...parseTokens(inputs.tokens.text()), ...parseTokens(inputs.augmented.text())], params.unseen),
    ),
  }),
});
