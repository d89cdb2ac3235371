import { modelFromBytes } from '@etude/model';
import { defineStage } from '@etude/pipeline';
import { END_OF_PIECE, encoderOf, readPieces } from '@etude/tokenizer';
import { meanLoss } from '@etude/trainer';
import * as z from 'zod';
import { loadKernels } from './kernels.js';
import { vocabularyFromJson } from './vocabulary-json.js';

export const evaluate = defineStage({
  name: 'evaluate',
  version: 1,
  summary: 'Tells how likely a trained model finds music that it has not seen',
  params: z.strictObject({
    precision: z
      .enum(['float32', 'bfloat16'])
      .default('float32')
      .describe('bfloat16: faster products where the processor has them, of numbers rounded to 8 bits'),
  }),
  inputs: { model: 'file', vocabulary: 'file', test: 'file' },
  outputs: { likelihood: 'file' },
  async run({ params, inputs, say }) {
    const vocabulary = vocabularyFromJson(inputs.vocabulary.text());
    const encode = encoderOf(vocabulary);
    const pieces = [...readPieces(inputs.test.bytes)];
    // The first token of a piece is told from what ended the one before, or where nothing ends pieces not at all.
    const isEnded = (tokens: readonly string[]) => tokens.at(-1) === END_OF_PIECE;
    const sequences = pieces.map((tokens) => encode(isEnded(tokens) ? [END_OF_PIECE, ...tokens] : tokens));
    // What says where a piece begins or ends, and how it is transposed, is no music.
    const isMusic = (token: string) => token !== END_OF_PIECE && !token.startsWith('Transposed_');
    const ignored = new Set([...vocabulary.entries.keys()].filter((id) => !isMusic(vocabulary.entries[id]!.token)));
    const { tf, kernels } = await loadKernels(params.precision);
    const model = modelFromBytes(tf, inputs.model.bytes);
    const natsPerToken = meanLoss(tf, kernels, model, sequences, 256, ignored);
    tf.dispose(model.weights as never);
    const music = pieces.flatMap((tokens) => (isEnded(tokens) ? tokens : tokens.slice(1))).filter(isMusic);
    const frames = music.filter((token) => token === 'Frame_None').length;
    const notes = music.filter((token) => /^(Pitch|PitchDrum|NoteOn)_/.test(token)).length;
    const per = (count: number) => (count === 0 ? undefined : (natsPerToken * music.length) / count);
    const likelihood = {
      ...{ pieces: pieces.length, tokens: music.length, notes, frames },
      ...{ natsPerToken, natsPerNote: per(notes), natsPerFrame: per(frames) },
    };
    const ofFrames = frames === 0 ? '' : `, ${likelihood.natsPerFrame!.toFixed(3)} a frame`;
    say(`${natsPerToken.toFixed(4)} nats a token${ofFrames}, over ${pieces.length} pieces`);
    return { likelihood: `${JSON.stringify(likelihood, undefined, 2)}\n` };
  },
});
