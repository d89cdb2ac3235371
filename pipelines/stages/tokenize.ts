import { defineStage } from '@etude/engine';
import { piecesFormat, seed } from '@etude/music';
import { GrammarError, tokenizationFormat, tokenizationParams, tokenizeCorpus, tokensFormat } from '@etude/tokenizer';

export const tokenize = defineStage({
  name: 'tokenize',
  version: 4,
  summary: 'Writes pieces as tokens, and says which part of them to learn from',
  params: tokenizationParams.extend({ seed: seed.describe('seed of that variation') }),
  inputs: { pieces: piecesFormat },
  outputs: { tokens: tokensFormat, augmented: tokensFormat, grammar: tokenizationFormat },
  errors: [GrammarError],
  async run({ inputs, params, ...hooks }) {
    const { tokens, augmented, tokenization } = await tokenizeCorpus(inputs.pieces, params, hooks);
    return { tokens, augmented, grammar: tokenization };
  },
});
