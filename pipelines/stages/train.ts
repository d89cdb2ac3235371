import { modelToBytes } from '@etude/model';
import { defineStage, StageError } from '@etude/pipeline';
import { drawLearningCurve } from '@etude/report';
import { loadTensorFlow } from '@etude/tensorflow';
import { countEntropy, encode, parseTokens } from '@etude/tokenizer';
import { curveToCsv, TrainingError, train as trainModel } from '@etude/trainer';
import * as z from 'zod';
import { vocabularyFromJson } from './vocabulary-json.js';

export const train = defineStage({
  name: 'train',
  version: 1,
  summary: 'Trains a stacked LSTM to tell the next token, and keeps the weights of the best validation loss',
  params: z.strictObject({
    layers: z.int().min(1).max(16).default(4).describe('LSTM layers, one on top of the other'),
    units: z.int().min(1).max(4096).default(128).describe('width of the embedding and of every layer'),
    steps: z.int().min(1).default(1000).describe('how many updates of the weights to make'),
    batch: z.int().min(1).default(16).describe('stretches of the piece that are read side by side'),
    window: z.int().min(1).default(64).describe('time steps that a gradient reaches back'),
    learningRate: z.number().positive().default(0.002).describe('step size of Adam'),
    clip: z.number().positive().default(1).describe('largest norm of a gradient'),
    dropout: z
      .number()
      .min(0)
      .lt(1)
      .default(0.5)
      .describe('share of the input map of each layer that is dropped in training'),
    validation: z.number().min(0).lt(1).default(0.1).describe('share of the piece, from its end, that is held out'),
    evaluateEvery: z.int().min(1).default(50).describe('steps from one point of the learning curve to the next'),
    seed: z.int().default(1).describe('seed of the first weights, the windows and the dropout'),
  }),
  inputs: { tokens: 'file', vocabulary: 'file' },
  outputs: { model: 'file', curve: 'file', picture: 'file' },
  async run({ params, inputs, signal, progress, say }) {
    const vocabulary = vocabularyFromJson(inputs.vocabulary.text());
    const tokens = encode(vocabulary, parseTokens(inputs.tokens.text()));
    const entropy = countEntropy(vocabulary);
    const { tf, backend, nativeProblem } = await loadTensorFlow();
    if (nativeProblem) {
      say(`computing on ${backend}, about 5 times slower than native TensorFlow; \`etude doctor\` tells what to do`);
    }
    const { layers, units, ...options } = params;
    const shape = { vocabulary: vocabulary.entries.length, units, layers };
    try {
      let latest = '';
      const { model, best, curve } = await trainModel(
        tf,
        tokens,
        { shape, ...options },
        {
          signal,
          onProgress({ step, steps, loss, tokensPerSecond, point }) {
            if (point?.validationLoss !== undefined) latest = `, validation ${point.validationLoss.toFixed(3)}`;
            const pace = Math.round(tokensPerSecond).toLocaleString('en');
            progress({
              done: step,
              total: steps,
              unit: 'steps',
              detail: `loss ${loss.toFixed(3)}${latest}, ${pace} tokens/s`,
            });
          },
        },
      );
      say(
        `loss ${curve.at(-1)!.trainingLoss.toFixed(3)} at the end, kept step ${best.step}` +
          `${best.validationLoss === undefined ? '' : ` (validation ${best.validationLoss.toFixed(3)})`}; ` +
          `the token counts alone give ${entropy.toFixed(3)}`,
      );
      const bytes = await modelToBytes(model);
      tf.dispose(model.weights as never);
      return {
        model: bytes,
        curve: curveToCsv(curve),
        picture: drawLearningCurve(curve, { best: best.step, entropy }),
      };
    } catch (error) {
      if (error instanceof TrainingError) throw new StageError(error.message);
      throw error;
    }
  },
});
