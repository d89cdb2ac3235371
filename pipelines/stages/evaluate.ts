import { defineStage, textFormat } from '@etude/engine';
import { ModelError, modelFormat } from '@etude/model';
import { createGrammar, EvaluationError, grammarFormat, tokensFormat, vocabularyFormat } from '@etude/tokenizer';
import { trainingParams } from '@etude/trainer';
import { likelihoodInWords, likelihoodOf } from '../computing/likelihood.js';

export const evaluate = defineStage({
  name: 'evaluate',
  version: 4,
  summary: 'Tells how likely a trained model finds music that it has not seen',
  params: trainingParams.pick({ precision: true }),
  inputs: { model: modelFormat, vocabulary: vocabularyFormat, grammar: grammarFormat, test: tokensFormat },
  outputs: { likelihood: textFormat },
  errors: [EvaluationError, ModelError],
  async run({ params: { precision }, inputs: { model, vocabulary, grammar, test }, say }) {
    const likelihood = await likelihoodOf(model, { vocabulary, grammar: createGrammar(grammar) }, test, precision);
    say(likelihoodInWords(likelihood));
    return { likelihood: `${JSON.stringify(likelihood, undefined, 2)}\n` };
  },
});
