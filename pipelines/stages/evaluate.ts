import { defineStage, StageError, textFormat } from '@etude/engine';
import { loadModel, ModelError, meanLoss, modelFormat, onlyHeard } from '@etude/model';
import { END_OF_PIECE, tokensFormat, type Vocabulary, vocabularyFormat } from '@etude/tokenizer';
import * as z from 'zod';
import { loadKernels } from './kernels.js';

/** Share of the probability that is kept for pitches which the vocabulary lacks, all of them together. */
const UNSEEN_SHARE = 1e-6;
const KEYS = 128;

/** What says where a piece begins or ends, and how it is transposed, is no music. */
const isMusic = (token: string) => token !== END_OF_PIECE && !token.startsWith('Transposed_');

export const evaluate = defineStage({
  name: 'evaluate',
  version: 2,
  summary: 'Tells how likely a trained model finds music that it has not seen',
  params: z.strictObject({
    precision: z
      .enum(['float32', 'bfloat16'])
      .default('float32')
      .describe('bfloat16: faster products where the processor has them, of numbers rounded to 8 bits'),
  }),
  inputs: { model: modelFormat, vocabulary: vocabularyFormat, test: tokensFormat },
  outputs: { likelihood: textFormat },
  errors: [ModelError],
  async run({ params, inputs, say }) {
    const { vocabulary } = inputs;
    const pieces = [...inputs.test];
    const { encode, knows, unseenPitches } = evaluationEncoder(vocabulary);
    // The first token of a piece is told from what ended the one before, or where nothing ends pieces not at all.
    const isEnded = (tokens: readonly string[]) => tokens.at(-1) === END_OF_PIECE;
    const sequences = pieces.map((tokens) => encode(isEnded(tokens) ? [END_OF_PIECE, ...tokens] : tokens));
    const { tf, kernels } = await loadKernels({ precision: params.precision });
    const model = loadModel(tf, inputs.model, vocabulary.entries.length);
    const natsPerKnown = meanLoss(tf, kernels, model, sequences, 256);
    tf.dispose(model.weights as never);
    const music = pieces.flatMap((tokens) => (isEnded(tokens) ? tokens : tokens.slice(1))).filter(isMusic);
    const known = music.filter(knows).length;
    const unseen = music.length - known;
    const nats =
      known * (natsPerKnown - Math.log(1 - UNSEEN_SHARE)) -
      unseen * Math.log(UNSEEN_SHARE / Math.max(1, unseenPitches));
    const natsPerToken = nats / music.length;
    const frames = music.filter((token) => token === 'Frame_None').length;
    const notes = music.filter((token) => /^(Pitch|PitchDrum|NoteOn)_/.test(token)).length;
    const per = (count: number) => (count === 0 ? undefined : nats / count);
    const likelihood = {
      ...{ pieces: pieces.length, tokens: music.length, unseen, notes, frames },
      ...{ natsPerToken, natsPerNote: per(notes), natsPerFrame: per(frames) },
    };
    const ofFrames = frames === 0 ? '' : `, ${likelihood.natsPerFrame!.toFixed(3)} a frame`;
    say(`${natsPerToken.toFixed(4)} nats a token${ofFrames}, over ${pieces.length} pieces`);
    return { likelihood: `${JSON.stringify(likelihood, undefined, 2)}\n` };
  },
});

/**
 * Gives tokens their ids. A pitch that the vocabulary lacks is heard as the nearest one that it has, and what it costs is counted apart.
 * @throws {StageError} at any other token that it lacks
 */
function evaluationEncoder({ entries }: Vocabulary) {
  const ids = new Map(entries.map(({ token }, id) => [token, id]));
  const keyOf = (token: string) => /^Pitch_(\d+)$/.exec(token)?.[1];
  const known = entries.flatMap(({ token }) => keyOf(token) ?? []).map(Number);
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id !== undefined) return isMusic(token) ? id : onlyHeard(id);
    const key = Number(keyOf(token));
    if (Number.isNaN(key) || known.length === 0) {
      throw new StageError(`"${token}" is in the music to evaluate, and the vocabulary of the model lacks it`);
    }
    const nearest = known.reduce((best, other) => (Math.abs(other - key) < Math.abs(best - key) ? other : best));
    return onlyHeard(ids.get(`Pitch_${nearest}`)!);
  };
  return {
    encode: (tokens: readonly string[]) => Int32Array.from(tokens, idOf),
    knows: (token: string) => ids.has(token),
    unseenPitches: KEYS - known.length,
  };
}
