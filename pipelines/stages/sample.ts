import { sample as sampleSongs } from '@etude/generator';
import { isNoteOn } from '@etude/midi-reader';
import { modelFromBytes } from '@etude/model';
import { defineStage } from '@etude/pipeline';
import { decode, encode, formatTokens, fromEventText, parseTokens, type Vocabulary } from '@etude/tokenizer';
import * as z from 'zod';
import { loadKernels } from './kernels.js';
import { vocabularyFromJson } from './vocabulary-json.js';

export const sample = defineStage({
  name: 'sample',
  version: 3,
  summary: 'Writes songs token by token with the trained model',
  params: z.strictObject({
    songs: z.int().min(1).max(1000).default(3).describe('how many songs to write'),
    length: z.int().min(1).default(1000).describe('tokens of each song'),
    temperature: z
      .number()
      .min(0)
      .default(1)
      .describe('above 1: more surprising, below 1: safer; 0: always the likeliest'),
    prime: z.int().min(0).default(0).describe('how many tokens each song takes from the beginning of the piece'),
    seed: z.int().default(1).describe('seed of the draws; each song has a stream of its own'),
  }),
  inputs: { model: 'file', vocabulary: 'file', tokens: 'file' },
  outputs: { songs: 'files' },
  async run({ params, inputs, signal, progress }) {
    const vocabulary = vocabularyFromJson(inputs.vocabulary.text());
    const prime = [...encode(vocabulary, parseTokens(inputs.tokens.text()).slice(0, params.prime))];
    const firstToken = firstTokenWeights(vocabulary);
    const { tf, kernels } = await loadKernels();
    const model = modelFromBytes(tf, inputs.model.bytes);
    const songs = await sampleSongs(
      tf,
      kernels,
      model,
      { ...params, prime, firstToken },
      {
        signal,
        onProgress: ({ done, total }) => progress({ done, total, unit: 'tokens' }),
      },
    );
    tf.dispose(model.weights as never);
    return { songs: songs.map((ids) => formatTokens(decode(vocabulary, ids))) };
  },
});

/** How likely a song without a prime begins with each token: a note at once, as often as it stands in the piece. */
function firstTokenWeights({ entries }: Vocabulary): number[] {
  const weights = entries.map(({ token, count }) => {
    const [event] = fromEventText([token]);
    return isNoteOn(event!) && event!.tick === 0 ? count : 0;
  });
  return weights.some((weight) => weight > 0) ? weights : entries.map(({ count }) => count);
}
