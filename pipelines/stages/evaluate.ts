import { defineStage, textFormat } from '@etude/engine';
import { ModelError, modelFormat } from '@etude/model';
import { createGrammar, EvaluationError, grammarFormat, tokensFormat, vocabularyFormat } from '@etude/tokenizer';
import * as z from 'zod';
import { likelihoodInWords, likelihoodOf } from '../computing/likelihood.js';

export const evaluate = defineStage({
  name: 'evaluate',
  version: 6,
  summary: 'Tells how likely a trained model finds music that it has not seen',
  params: z.strictObject({}),
  inputs: { model: modelFormat, vocabulary: vocabularyFormat, grammar: grammarFormat, test: tokensFormat },
  outputs: { likelihood: textFormat },
  errors: [EvaluationError, ModelError],
  async run({ inputs: { model, vocabulary, grammar, test }, say }) {
    // Music of one's own has no test part, and its songs are worth having.
    if (test[Symbol.iterator]().next().done) {
      say('nothing is evaluated: no piece is for testing');
      return { likelihood: `${JSON.stringify({ pieces: 0 })}\n` };
    }
    const likelihood = await likelihoodOf(model, { vocabulary, grammar: createGrammar(grammar) }, test);
    say(likelihoodInWords(likelihood));
    return { likelihood: `${JSON.stringify(likelihood, undefined, 2)}\n` };
  },
});
