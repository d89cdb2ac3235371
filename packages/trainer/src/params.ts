import type { Condition, LanguageModelShape } from '@etude/model';
import * as z from 'zod';

const share = z.number().min(0).lt(1);

const stackedLstm = z.strictObject({
  kind: z.literal('stacked-lstm').describe('LSTM layers, each reading the one below'),
});
const gridLstm = z.strictObject({
  kind: z
    .literal('grid-lstm')
    .describe('has an LSTM along depth as well, and twice the weights (Kalchbrenner et al. 2015)'),
  tiedLayers: z.boolean().default(false).describe('the same weights in every layer'),
  depthPriority: z
    .boolean()
    .default(false)
    .describe('the depth LSTM of a block reads what its time LSTM has just put out'),
});

/** What is trained, and how. */
export const trainingParams = z.strictObject({
  model: z
    .union([z.enum(['stacked-lstm', 'grid-lstm']), stackedLstm, gridLstm])
    .default('stacked-lstm')
    .describe('kind of model: a name, or a map of kind and its options'),
  layers: z.int().min(1).max(16).default(4).describe('LSTM layers, one on top of the other'),
  units: z.int().min(1).max(4096).default(128).describe('width of the embedding and of every layer'),
  tiedEmbeddings: z.boolean().default(false).describe('the output map is the embedding, transposed'),
  conditions: z
    .boolean()
    .default(true)
    .describe(
      'tell the model what the grammar knows of each place (bar, metre, what stood there some bars ago), if it has such conditions',
    ),
  directUnits: z
    .int()
    .min(0)
    .max(4096)
    .default(128)
    .describe('units of a layer from the conditions straight to the output; 0 for none'),
  steps: z.int().min(1).default(1000).describe('how many updates of the weights to make at most'),
  batch: z
    .int()
    .min(1)
    .max(4096)
    .default(16)
    .describe('stretches of the music that are read side by side; fewer where it is short'),
  window: z.int().min(1).default(64).describe('time steps that a gradient reaches back'),
  learningRate: z.number().positive().default(0.002).describe('step size of Adam'),
  warmup: z.int().min(0).default(0).describe('steps over which the learning rate grows from zero'),
  decay: z
    .enum(['none', 'cosine'])
    .default('none')
    .describe('cosine: the learning rate falls to zero over all steps, so that more steps train anew'),
  clip: z.number().positive().default(1).describe('largest norm of a gradient'),
  weightDecay: z.number().min(0).default(0).describe('decay of the weights at each step, times the learning rate'),
  dropout: share
    .default(0.5)
    .describe('share of the input map of each layer, and of the direct units, that is dropped in training'),
  outputDropout: share.default(0).describe('share of what the last layer puts out that is dropped in training'),
  recurrentDropout: share.default(0).describe('share of the candidates of each layer that is dropped in training'),
  lockedDropout: z.boolean().default(false).describe('drop the same elements at all time steps of a window'),
  averaging: share
    .default(0)
    .describe(
      'share of a running mean of the weights that stays at each step; the mean is what is evaluated and kept: 0.998 is that of about the last 500 steps; 0 for the weights themselves',
    ),
  labelSmoothing: share.default(0).describe('share of a target that is spread over all tokens'),
  evaluateEvery: z.int().min(1).default(50).describe('steps from one point of the learning curve to the next'),
  earlyStopping: z
    .strictObject({
      on: z
        .enum(['loss', 'novelty'])
        .default('loss')
        .describe(
          'what is kept: loss: the weights of the lowest validation loss; novelty: the same of those whose songs are new',
        ),
      patience: z
        .int()
        .min(0)
        .default(0)
        .describe('points of the curve without a better one after which training ends; 0 for never'),
      copiedShare: z
        .number()
        .min(0)
        .max(1)
        .default(0.1)
        .describe('novelty: share of the notes of short songs that may be in copied runs of 8 or more'),
    })
    .prefault({})
    .describe('when training ends before all steps are made'),
  precision: z
    .enum(['auto', 'float32', 'bfloat16'])
    .default('auto')
    .describe(
      'what products are made of: auto: bfloat16, numbers rounded to 8 bits, where the processor multiplies them faster, else float32',
    ),
  keepRuns: z
    .boolean()
    .default(false)
    .describe(
      'keep hashes of all runs of nine notes in the model file, so that songs of models that go on from it do not copy its music',
    ),
  storedAs: z
    .enum(['float32', 'bfloat16'])
    .default('float32')
    .describe('how the weights are stored; bfloat16: in half of the space, rounded to 8 bits'),
});
export type TrainingParams = z.output<typeof trainingParams>;

/**
 * The model that parameters ask for, for a vocabulary of so many tokens, and the conditions that it is told.
 * @example
 * shapeOf(trainingParams.parse({ layers: 2, units: 8 }), 6); // { model: 'stacked-lstm', vocabulary: 6, units: 8, layers: 2, tiedEmbeddings: false }
 */
export function shapeOf(
  { model, layers, units, tiedEmbeddings, directUnits }: TrainingParams,
  vocabulary: number,
  fields: readonly Condition[] = [],
): LanguageModelShape {
  const told = fields.length > 0 && { conditions: { fields, directUnits } };
  const common = { vocabulary, units, layers, tiedEmbeddings, ...told };
  const chosen = model === 'grid-lstm' ? gridLstm.parse({ kind: model }) : model;
  if (typeof chosen === 'string' || chosen.kind === 'stacked-lstm') return { model: 'stacked-lstm', ...common };
  return { model: chosen.kind, tied: chosen.tiedLayers, depthPriority: chosen.depthPriority, ...common };
}
