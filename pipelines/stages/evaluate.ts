import { defineStage, textFormat } from '@etude/engine';
import { loadModel, ModelError, meanLoss, modelFormat, onlyHeard } from '@etude/model';
import { disposeOf } from '@etude/tensorflow';
import {
  conditionRows,
  createGrammar,
  EvaluationError,
  evaluatedMusic,
  grammarFormat,
  tokensFormat,
  vocabularyFormat,
} from '@etude/tokenizer';
import { trainingParams } from '@etude/trainer';
import { loadKernels } from '../computing/kernels.js';

export const evaluate = defineStage({
  name: 'evaluate',
  version: 3,
  summary: 'Tells how likely a trained model finds music that it has not seen',
  params: trainingParams.pick({ precision: true }),
  inputs: { model: modelFormat, vocabulary: vocabularyFormat, grammar: grammarFormat, test: tokensFormat },
  outputs: { likelihood: textFormat },
  errors: [EvaluationError, ModelError],
  async run({ params, inputs, say }) {
    const grammar = createGrammar(inputs.grammar);
    const { vocabulary, model: stored } = inputs;
    const conditions = conditionRows(grammar, stored.shape.conditions?.fields);
    const music = evaluatedMusic(inputs.test, { vocabulary, conditions }, grammar, onlyHeard);
    const { tf, kernels } = await loadKernels(params);
    const model = loadModel(tf, stored, vocabulary.entries.length);
    const nats = music.nats(meanLoss({ tf, kernels }, model, music.sequences, 256));
    disposeOf(tf, model.weights);
    const per = (count: number) => (count === 0 ? undefined : nats / count);
    const { pieces, tokens, unseen, notes, frames } = music;
    const natsPerToken = nats / tokens;
    const likelihood = {
      ...{ pieces, tokens, unseen, notes, frames },
      ...{ natsPerToken, natsPerNote: per(notes), natsPerFrame: per(frames) },
    };
    const ofFrames = frames === 0 ? '' : `, ${likelihood.natsPerFrame!.toFixed(3)} per frame`;
    say(`${natsPerToken.toFixed(4)} nats per token${ofFrames}, over ${pieces} pieces`);
    return { likelihood: `${JSON.stringify(likelihood, undefined, 2)}\n` };
  },
});
