import { linesOf, notesOf, pieceFromJson } from '@etude/corpus';
import { PRESETS, presetNoise, sample as sampleSongs, type TokenTrace } from '@etude/generator';
import { CopyIndex } from '@etude/measures';
import { modelFromBytes } from '@etude/model';
import { defineStage } from '@etude/pipeline';
import {
  createGrammar,
  decode,
  END_OF_PIECE,
  encoderOf,
  formatTokens,
  readPieces,
  type Vocabulary,
} from '@etude/tokenizer';
import * as z from 'zod';
import { grammarFromJson } from './grammar-json.js';
import { loadKernels } from './kernels.js';
import { constraintOf, firstTokenWeights, listenerOf } from './song-rules.js';
import { vocabularyFromJson } from './vocabulary-json.js';

const disturbance = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('temperature'),
    factor: z.number().positive().describe('what the temperature is multiplied by'),
    tokens: z.int().min(1).describe('for how many tokens'),
  }),
  z.strictObject({ kind: z.literal('notes'), count: z.int().min(1).describe('notes that nothing leads to') }),
  z.strictObject({
    kind: z.literal('state'),
    scale: z.number().positive().describe('noise on the state, in proportion to its size'),
    layers: z.array(z.int().min(0)).optional().describe('of these layers, counted from 0; all if left out'),
  }),
  z.strictObject({ kind: z.literal('swap') }),
]);
const noise = z.strictObject({
  every: z
    .int()
    .min(1)
    .optional()
    .describe('tokens from one disturbance to the next; left out: only where the song goes round in circles'),
  from: z.int().min(0).default(32).describe('tokens before the first one'),
  disturbances: z.array(disturbance).min(1).describe('what is thrown in, in turn'),
});

export const sample = defineStage({
  name: 'sample',
  version: 7,
  summary: 'Writes songs token by token with the trained model',
  params: z.strictObject({
    songs: z.int().min(1).max(1000).default(3).describe('how many songs to write'),
    length: z
      .int()
      .min(1)
      .default(1000)
      .describe('tokens of each song; of a corpus at most, since its songs have an end of their own'),
    temperature: z
      .number()
      .min(0)
      .default(1)
      .describe('above 1: more surprising, below 1: safer; 0: always the likeliest'),
    topK: z.int().min(0).default(0).describe('draw from this many of the likeliest tokens; 0: from all'),
    topP: z.number().gt(0).max(1).default(1).describe('draw from the likeliest tokens that have this share together'),
    minP: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('draw from tokens at least this share as likely as the likeliest'),
    typical: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe('draw from the tokens of this share together whose surprise is nearest to what is expected'),
    repetitionPenalty: z.number().min(1).max(10).default(1).describe('what tokens of late lose in their logits'),
    repetitionWindow: z.int().min(1).default(64).describe('how many tokens are of late'),
    dry: z.number().min(0).max(10).default(0).describe('penalty on going on with a stretch that was there before'),
    noise: z
      .union([z.enum(PRESETS), noise])
      .default('none')
      .describe('what is thrown in to set a song moving; drift: only where it goes round in circles'),
    prime: z.int().min(0).default(0).describe('how many tokens each song takes from the beginning of the first piece'),
    copyLimit: z
      .int()
      .min(0)
      .default(8)
      .describe(
        'notes in a row at most that a song may have in common with a piece, in any key and tempo; 0: any number',
      ),
    seed: z.int().default(1).describe('seed of the draws; each song has a stream of its own'),
  }),
  inputs: { model: 'file', vocabulary: 'file', tokens: 'file', grammar: 'file', pieces: 'file' },
  outputs: { songs: 'files', traces: 'files' },
  async run({ params, inputs, signal, progress }) {
    const vocabulary = vocabularyFromJson(inputs.vocabulary.text());
    const grammar = createGrammar(grammarFromJson(inputs.grammar.text()).settings);
    const [first = []] = readPieces(inputs.tokens.bytes);
    const beginning = first.slice(0, params.prime).filter((token) => token !== END_OF_PIECE);
    const prime = [...encoderOf(vocabulary)(beginning)];
    const boundary = vocabulary.entries.findIndex(({ token }) => token === END_OF_PIECE);
    const { songs: count, length, seed, copyLimit, noise, ...bending } = params;
    const index =
      copyLimit > 0
        ? new CopyIndex(Array.from(linesOf(inputs.pieces.bytes), (line) => notesOf(pieceFromJson(line))))
        : undefined;
    const options = {
      ...{ songs: count, length, seed, prime, bending, firstToken: firstTokenWeights(vocabulary, grammar) },
      noise: typeof noise === 'string' ? presetNoise(noise) : noise,
      boundary: boundary < 0 ? undefined : boundary,
      constraint: constraintOf(vocabulary, grammar),
      listener: listenerOf(vocabulary, grammar, { index, copyLimit, prime: params.prime }),
    };
    const { tf, kernels } = await loadKernels();
    const model = modelFromBytes(tf, inputs.model.bytes);
    const songs = await sampleSongs(tf, kernels, model, options, {
      signal,
      onProgress: ({ done, total }) => progress({ done, total, unit: 'tokens' }),
    });
    tf.dispose(model.weights as never);
    return {
      songs: songs.map(({ tokens }) => formatTokens(decode(vocabulary, tokens), grammar)),
      traces: songs.map(({ trace }) => traceToCsv(trace, vocabulary)),
    };
  },
});

/** A row a token: which, how likely the model held it, how many were refused before it, and what was thrown in. */
function traceToCsv(trace: readonly TokenTrace[], { entries }: Vocabulary): string {
  const rows = trace.map(({ id, probability, refused, disturbance }) =>
    [entries[id]!.token, probability?.toPrecision(4) ?? '', refused, disturbance].join(','),
  );
  return `${['token,probability,refused,disturbance', ...rows].join('\n')}\n`;
}
