import { freemem } from 'node:os';
import { defineStage, StageError, textFormat, withoutEffect } from '@etude/engine';
import { noveltyProbe } from '@etude/generator';
import { type LanguageModelShape, modelFormat, modelToBytes } from '@etude/model';
import { piecesFormat } from '@etude/music';
import { drawLearningCurve } from '@etude/report';
import {
  countEntropy,
  createGrammar,
  END_OF_PIECE,
  encoderOf,
  piecesFor,
  type Tokenization,
  tokenizationFormat,
  tokensFormat,
  type Vocabulary,
  vocabularyFormat,
} from '@etude/tokenizer';
import {
  type Corpus,
  learningCurveFormat,
  TrainingError,
  type TrainingProgress,
  train as trainModel,
} from '@etude/trainer';
import * as z from 'zod';
import { loadKernels } from './kernels.js';
import { seed } from './seed.js';

const share = z.number().min(0).lt(1);

export const train = defineStage({
  name: 'train',
  version: 5,
  summary: 'Trains a language model to tell the next token, and keeps the weights of the best validation loss',
  params: z.strictObject({
    model: z
      .enum(['stacked-lstm', 'grid-lstm'])
      .default('stacked-lstm')
      .describe('kind of model; a Grid LSTM has an LSTM along depth as well and twice the weights'),
    layers: z.int().min(1).max(16).default(4).describe('LSTM layers, one on top of the other'),
    units: z.int().min(1).max(4096).default(128).describe('width of the embedding and of every layer'),
    tiedLayers: z.boolean().default(false).describe('Grid LSTM: the same weights in every layer'),
    depthPriority: z
      .boolean()
      .default(false)
      .describe('Grid LSTM: the depth LSTM of a block reads what its time LSTM has just put out'),
    tiedEmbeddings: z.boolean().default(false).describe('the output map is the embedding, transposed'),
    steps: z.int().min(1).default(1000).describe('how many updates of the weights to make at most'),
    batch: z
      .int()
      .min(1)
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
    dropout: share.default(0.5).describe('share of the input map of each layer that is dropped in training'),
    recurrentDropout: share.default(0).describe('share of the candidates of each layer that is dropped in training'),
    lockedDropout: z.boolean().default(false).describe('drop the same elements at all time steps of a window'),
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
      .enum(['float32', 'bfloat16'])
      .default('float32')
      .describe('bfloat16: faster products where the processor has them, of numbers rounded to 8 bits'),
    threads: withoutEffect(
      z
        .int()
        .min(1)
        .max(1024)
        .optional()
        .describe(
          'threads that compute at most; left out: as many as the machine gives. It does not count as a change',
        ),
    ),
    seed: seed.describe('seed of the first weights, the windows and the dropout'),
  }),
  inputs: {
    tokens: tokensFormat,
    augmented: tokensFormat,
    grammar: tokenizationFormat,
    vocabulary: vocabularyFormat,
    pieces: piecesFormat,
  },
  outputs: { model: modelFormat, curve: learningCurveFormat, picture: textFormat },
  errors: [TrainingError],
  /** Longer training goes on from where shorter training ended, unless its learning rate was another on the way. */
  checkpointParams: ({ steps, ...others }) => (others.decay === 'none' ? others : { steps, ...others }),
  async run({ params, inputs, signal, progress, say, checkpoint }) {
    const { vocabulary } = inputs;
    const { parts, settings } = inputs.grammar;
    const grammar = createGrammar(settings);
    const corpus = corpusOf(vocabulary, inputs, parts);
    const entropy = countEntropy(vocabulary);
    const {
      model: kind,
      layers,
      units,
      tiedLayers,
      depthPriority,
      tiedEmbeddings,
      precision,
      threads,
      ...options
    } = params;
    const { tf, backend, nativeProblem, kernels } = await loadKernels({ precision, threads });
    if (nativeProblem) {
      say(`computing on ${backend}, up to 30 times slower than native TensorFlow; \`etude doctor\` tells what to do`);
    }
    const common = { vocabulary: vocabulary.entries.length, units, layers, tiedEmbeddings };
    const shape: LanguageModelShape =
      kind === 'grid-lstm' ? { model: kind, tied: tiedLayers, depthPriority, ...common } : { model: kind, ...common };
    let latest = '';
    const onProgress = ({ step, steps, loss, tokensPerSecond, point }: TrainingProgress) => {
      if (point?.validationLoss !== undefined) latest = `, validation ${point.validationLoss.toFixed(3)}`;
      const pace = Math.round(tokensPerSecond).toLocaleString('en');
      progress({
        done: step,
        total: steps,
        unit: 'steps',
        detail: `loss ${loss.toFixed(3)}${latest}, ${pace} tokens/s`,
      });
    };
    const onResume = (step: number) => say(`going on from step ${step}`);
    const onStartOver = (reason: string) => say(`starting over instead of resuming from the checkpoint: ${reason}`);
    say(`computing with ${kernels.computedBy}`);
    try {
      const hooks = {
        memory: process.availableMemory?.() ?? freemem(),
        ...{ signal, onProgress, onResume, onStartOver, checkpoints: checkpoint },
        ...(options.earlyStopping.on === 'novelty' && {
          copiedShare: noveltyProbe(tf, kernels, vocabulary, grammar, [...piecesFor(grammar, inputs.pieces)]),
        }),
      };
      const { model, best, curve, ended } = await trainModel(tf, kernels, corpus, { shape, ...options }, hooks);
      if (ended !== undefined) say(ended);
      say(
        `loss ${curve.at(-1)!.trainingLoss.toFixed(3)} at the end, kept step ${best.step}` +
          `${best.validationLoss === undefined ? '' : ` (validation ${best.validationLoss.toFixed(3)})`}` +
          `${best.copiedShare === undefined ? '' : `, ${Math.round(100 * best.copiedShare)} % in copies`}; ` +
          `the token counts alone give ${entropy.toFixed(3)}`,
      );
      const bytes = await modelToBytes(model);
      tf.dispose(model.weights as never);
      return {
        model: bytes,
        curve: { points: curve, kept: best },
        picture: drawLearningCurve(curve, { best: best.step, entropy }),
      };
    } catch (error) {
      if (isOutOfMemory(error))
        throw new StageError(`there is not enough memory: ${(error as Error).message.split('\n')[0]}`);
      throw error;
    }
  },
});

/** TensorFlow, Etude's kernels and Node each say so in words of their own. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /\bOOM\b|out of memory|allocation failed/i.test(error.message);
}

/** Sequences to learn from and to be tested on. A piece that ends with a token begins with that of the piece before. */
function corpusOf(
  vocabulary: Vocabulary,
  { tokens: pieces, augmented }: { tokens: Iterable<string[]>; augmented: Iterable<string[]> },
  parts: Tokenization['parts'],
): Corpus {
  const training: Int32Array[] = [];
  const validation: Int32Array[] = [];
  const encode = encoderOf(vocabulary);
  const sequence = (tokens: readonly string[], before: readonly string[]) => encode([...before, ...tokens]);
  let index = 0;
  for (const tokens of pieces) {
    const before = tokens.at(-1) === END_OF_PIECE ? [END_OF_PIECE] : [];
    const { training: count } = parts[index++]!;
    if (count > 0) training.push(sequence(tokens.slice(0, count), before));
    // The first token that is held out is told from the last one before it.
    if (count < tokens.length)
      validation.push(sequence(tokens.slice(count), count > 0 ? [tokens[count - 1]!] : before));
  }
  for (const tokens of augmented) training.push(sequence(tokens, [END_OF_PIECE]));
  return { training, validation };
}
