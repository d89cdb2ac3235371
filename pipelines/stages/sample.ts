import { linesOf, notesOf, pieceFromJson } from '@etude/corpus';
import { PRESETS, presetNoise, sample as sampleSongs, type TokenTrace } from '@etude/generator';
import { bitsOutside, CopyIndex, entropiesOfHalves, measureEntropies, pitchesOf } from '@etude/measures';
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
import { maskRules, masks } from './note-masks.js';
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
  version: 8,
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
    masks: masks.prefault({}).describe('what the notes of songs have to keep to'),
    balance: z
      .number()
      .min(0)
      .max(2)
      .default(1)
      .describe(
        'how closely a song keeps to the shares of pitches, intervals and rhythms of the piece it was learnt from; a corpus has none',
      ),
    takes: z
      .int()
      .min(1)
      .max(100)
      .default(4)
      .describe('how often each song is written; kept is the take that is most like the source in its entropies'),
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
    const { songs: count, length, seed, copyLimit, noise, masks, balance, takes, ...bending } = params;
    const pieces = Array.from(linesOf(inputs.pieces.bytes), pieceFromJson);
    const index = copyLimit > 0 ? new CopyIndex(pieces.map(notesOf)) : undefined;
    const options = {
      ...{ songs: count, takes, length, seed, prime, bending, firstToken: firstTokenWeights(vocabulary, grammar) },
      noise: typeof noise === 'string' ? presetNoise(noise) : noise,
      boundary: boundary < 0 ? undefined : boundary,
      constraint: constraintOf(vocabulary, grammar),
      listener: listenerOf(vocabulary, grammar, {
        ...{ index, copyLimit, prime: prime.length },
        balance: balance > 0 && pieces.length === 1 ? { source: pieces[0]!, strength: balance } : undefined,
        masks: maskRules(masks, grammar.division, pitchesOf(pieces.map(notesOf))),
      }),
    };
    const { tf, kernels } = await loadKernels();
    const model = modelFromBytes(tf, inputs.model.bytes);
    const written = await sampleSongs(tf, kernels, model, options, {
      signal,
      onProgress: ({ done, total }) => progress({ done, total, unit: 'tokens' }),
    });
    tf.dispose(model.weights as never);
    const normal = entropiesOfHalves(pieces);
    const songs = Array.from({ length: count }, (_, song) => {
      const all = written.slice(song * takes, (song + 1) * takes);
      const outside = all.map(({ tokens }) => {
        const { division, tracks } = grammar.decode(decode(vocabulary, tokens));
        return bitsOutside(measureEntropies(notesOf({ tracks }), division), normal);
      });
      return all[outside.indexOf(Math.min(...outside))]!;
    });
    return {
      songs: songs.map(({ tokens }) => formatTokens(decode(vocabulary, tokens), grammar)),
      traces: songs.map(({ trace }) => traceToCsv(trace, vocabulary)),
    };
  },
});

/** A row a token: which, how likely the model held it, how many were refused before it, which rules were given up, and what was thrown in. */
function traceToCsv(trace: readonly TokenTrace[], { entries }: Vocabulary): string {
  const rows = trace.map(({ id, probability, refused, relaxed, disturbance }) =>
    [entries[id]!.token, probability?.toPrecision(4) ?? '', refused, relaxed.join('+'), disturbance].join(','),
  );
  return `${['token,probability,refused,relaxed,disturbance', ...rows].join('\n')}\n`;
}
