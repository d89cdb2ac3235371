import { defineStage } from '@etude/engine';
import { buildVocabulary, tokensFormat, vocabularyFormat } from '@etude/tokenizer';
import * as z from 'zod';

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
  inputs: { tokens: tokensFormat, augmented: tokensFormat },
  outputs: { vocabulary: vocabularyFormat },
  run: ({ inputs: { tokens, augmented }, params }) => ({
    vocabulary: buildVocabulary(allOf(tokens, augmented), params.unseen),
  }),
});

function* allOf(...corpora: readonly Iterable<readonly string[]>[]): Generator<string> {
  for (const pieces of corpora) for (const piece of pieces) yield* piece;
}
