import { defineStage } from '@etude/engine';
import { piecesFormat, seed } from '@etude/music';
import {
  GrammarError,
  grammarFormat,
  splitFormat,
  tokenizationParams,
  tokenizationReportFormat,
  tokenizeCorpus,
  tokensFormat,
} from '@etude/tokenizer';

export const tokenize = defineStage({
  name: 'tokenize',
  version: 8,
  summary: 'Writes pieces as tokens, and says which part of them to learn from',
  params: tokenizationParams.extend({ seed: seed.describe('seed of that variation') }),
  renamed: { stepsPerBeat: 'grammar.stepsPerBeat', velocities: 'grammar.velocities' },
  inputs: { pieces: piecesFormat },
  outputs: {
    tokens: tokensFormat,
    augmented: tokensFormat,
    test: tokensFormat,
    grammar: grammarFormat,
    split: splitFormat,
    tokenization: tokenizationReportFormat,
  },
  errors: [GrammarError],
  run: ({ inputs, params, ...hooks }) => tokenizeCorpus(inputs.pieces, params, hooks),
});
