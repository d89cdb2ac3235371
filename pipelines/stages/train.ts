import { freemem } from 'node:os';
import { defineStage, textFormat, withoutEffect, workspaceFiles } from '@etude/engine';
import { noveltyProbe } from '@etude/generator';
import { hashesOfRuns } from '@etude/measures';
import { modelFormat, modelToBytes } from '@etude/model';
import { notesOf, seed } from '@etude/music';
import { drawLearningCurve } from '@etude/report';
import { disposeOf } from '@etude/tensorflow';
import {
  conditionRows,
  conditionsIn,
  countEntropy,
  createGrammar,
  decodePiece,
  type Grammar,
  grammarFormat,
  languageToMetadata,
  learnedParts,
  splitFormat,
  type TokenizedMusic,
  tokensFormat,
  trainingSequences,
  vocabularyFormat,
} from '@etude/tokenizer';
import {
  BaseModelError,
  baseModel,
  learningCurveFormat,
  shapeOf,
  TrainingError,
  type TrainingProgress,
  trainingMemory,
  trainingParams,
  train as trainModel,
} from '@etude/trainer';
import * as z from 'zod';
import { loadKernels } from '../computing/kernels.js';

/** Tokens of a vocabulary that is not known yet. */
const FEW_TOKENS = 500;

export const train = defineStage({
  name: 'train',
  version: 11,
  summary: 'Trains a language model to tell the next token, and keeps the weights of the best validation loss',
  params: trainingParams.extend({
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
    from: workspaceFiles(
      z
        .string()
        .optional()
        .describe(
          'a model file to go on from, such as models/tunes.safetensors, which also says its kind, layers, units and conditions',
        ),
      ['safetensors'],
    ),
    seed: seed.describe('seed of the first weights, the windows and the dropout'),
  }),
  renamed: { tiedLayers: 'model.tiedLayers', depthPriority: 'model.depthPriority' },
  inputs: {
    tokens: tokensFormat,
    augmented: tokensFormat,
    split: splitFormat,
    grammar: grammarFormat,
    vocabulary: vocabularyFormat,
  },
  outputs: { model: modelFormat, curve: learningCurveFormat, picture: textFormat },
  errors: [BaseModelError, TrainingError],
  /** Longer training goes on from where shorter training ended, unless its learning rate was another on the way. */
  checkpointParams: ({ steps, storedAs: _, keepRuns: __, ...others }) =>
    others.decay === 'none' ? others : { steps, ...others },
  memory: (params) => trainingMemory(shapeOf(params, FEW_TOKENS), params.batch * params.window, params.averaging > 0),
  async run({ params, inputs, files, signal, progress, say, checkpoint }) {
    const { vocabulary } = inputs;
    const grammar = createGrammar(inputs.grammar);
    const { tf, backend, nativeProblem, kernels } = await loadKernels(params);
    if (nativeProblem) {
      say(`computing on ${backend}, up to 30 times slower than native TensorFlow; \`etude doctor\` tells what to do`);
    }
    say(`computing with ${kernels.computedBy}`);
    const base = files.from?.[0] && baseModel(files.from[0].bytes(), { vocabulary, settings: inputs.grammar });
    if (base) say(`going on from ${files.from![0]!.path}: ${inWords(base.tokens)}`);
    const told = () => (params.conditions ? conditionsIn(grammar, inputs) : undefined);
    const shape = base?.shape ?? shapeOf(params, vocabulary.entries.length, told());
    const conditions = conditionRows(grammar, shape.conditions?.fields);
    let validation = '';
    const { model, best, curve, ended } = await trainModel(
      { tf, kernels },
      trainingSequences({ vocabulary, conditions }, grammar, inputs),
      { ...params, shape, firstWeights: base && (() => base.firstWeights(tf, params.seed)) },
      {
        ...{ signal, checkpoints: checkpoint, memory: process.availableMemory?.() ?? freemem() },
        ...(params.earlyStopping.on === 'novelty' && {
          copiedShare: noveltyProbe({ tf, kernels }, vocabulary, grammar, inputs.tokens),
        }),
        onResume: (step) => say(`going on from step ${step}`),
        onStartOver: (reason) => say(`starting over instead of resuming from the checkpoint: ${reason}`),
        onProgress({ step, steps, loss, tokensPerSecond, point }: TrainingProgress) {
          if (point?.validationLoss !== undefined) validation = `, validation ${point.validationLoss.toFixed(3)}`;
          const pace = Math.round(tokensPerSecond).toLocaleString('en');
          const detail = `loss ${loss.toFixed(3)}${validation}, ${pace} tokens/s`;
          const heldOut = point?.validationLoss === undefined ? {} : { 'held out': point.validationLoss };
          progress({ done: step, total: steps, unit: 'steps', detail, figures: { training: loss, ...heldOut } });
        },
      },
    );
    if (ended !== undefined) say(ended);
    const entropy = countEntropy(vocabulary);
    say(
      `loss ${curve.at(-1)!.trainingLoss.toFixed(3)} at the end, kept step ${best.step}` +
        `${best.validationLoss === undefined ? '' : ` (validation ${best.validationLoss.toFixed(3)})`}` +
        `${best.copiedShare === undefined ? '' : `, ${Math.round(100 * best.copiedShare)} % in copies`}; ` +
        `the token counts alone give ${entropy.toFixed(3)}`,
    );
    if (best.validationLoss !== undefined && best.validationLoss > entropy) {
      say(
        'held-out music is less likely than by the token counts alone: more music, or music that is more alike, is learned better',
      );
    }
    const learnedRuns = params.keepRuns
      ? hashesOfRuns(learnedMusic(inputs, grammar), base?.learnedRuns)
      : base?.learnedRuns;
    const about = { ...languageToMetadata(vocabulary, inputs.grammar), precision: kernels.precision };
    const bytes = await modelToBytes(model, { about, learnedRuns, storedAs: params.storedAs });
    disposeOf(tf, model.weights);
    return {
      model: bytes,
      curve: { points: curve, kept: best },
      picture: drawLearningCurve(curve, { best: best.step, entropy }),
    };
  },
});

/** The notes of each piece that is learned, as the grammar writes them. */
function* learnedMusic(corpus: TokenizedMusic, grammar: Grammar) {
  for (const { tokens } of learnedParts(corpus)) yield [notesOf(decodePiece(grammar, tokens))];
}

function inWords({ same, related, fresh }: { same: number; related: number; fresh: number }): string {
  return `it knows ${same} of the tokens, ${related} begin as the nearest that it knows, ${fresh} anew`;
}
