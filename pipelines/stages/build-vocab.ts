import { defineStage } from '@etude/engine';
import { buildVocabulary, readPieces } from '@etude/tokenizer';
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
    vocabulary: vocabularyToJson(buildVocabulary(tokensOf(inputs.tokens.bytes, inputs.augmented.bytes), params.unseen)),
  }),
});

function* tokensOf(...texts: readonly Uint8Array[]): Generator<string> {
  for (const text of texts) for (const piece of readPieces(text)) yield* piece;
}
