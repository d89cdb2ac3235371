import { defineStage, textFormat } from '@etude/engine';
import { ModelError, modelFormat } from '@etude/model';
import { createGrammar, EvaluationError, grammarFormat, tokensFormat, vocabularyFormat } from '@etude/tokenizer';
import * as z from 'zod';
import { likelihoodInWords, likelihoodOf } from '../computing/likelihood.js';

export const evaluate = defineStage({
  name: 'evaluate',
  version: 5,
  summary: 'Tells how likely a trained model finds music that it has not seen',
  params: z.strictObject({}),
  inputs: { model: modelFormat, vocabulary: vocabularyFormat, grammar: grammarFormat, test: tokensFormat },
  outputs: { likelihood: textFormat },
  errors: [EvaluationError, ModelError],
  async run({ inputs: { model, vocabulary, grammar, test }, say }) {
    const likelihood = await likelihoodOf(model, { vocabulary, grammar: createGrammar(grammar) }, test);
    say(likelihoodInWords(likelihood));
    return { likelihood: `${JSON.stringify(likelihood, undefined, 2)}\n` };
  },
});
