import { loadModel, meanLoss, onlyHeard, type StoredModel } from '@etude/model';
import { disposeOf } from '@etude/tensorflow';
import { conditionRows, evaluatedMusic, type Grammar, type Vocabulary } from '@etude/tokenizer';
import { loadKernels } from './kernels.js';

/** Tokens that are read at a time. */
const WINDOW = 256;

/** How likely a model finds music, in nats: per token, and per note or frame where there are any. */
export interface Likelihood {
  readonly pieces: number;
  readonly tokens: number;
  /** of those, pitches and amounts that the vocabulary lacks */
  readonly unseen: number;
  readonly notes: number;
  readonly frames: number;
  readonly natsPerToken: number;
  readonly natsPerNote: number | undefined;
  readonly natsPerFrame: number | undefined;
}

/**
 * How likely a model finds pieces, each from a fresh state.
 * @param pieces tokens of each
 * @throws {EvaluationError} at a token for which the vocabulary has none, and which no other can stand for, or where there are no pieces
 */
export async function likelihoodOf(
  stored: StoredModel,
  { vocabulary, grammar }: { readonly vocabulary: Vocabulary; readonly grammar: Grammar },
  pieces: Iterable<readonly string[]>,
): Promise<Likelihood> {
  const conditions = conditionRows(grammar, stored.shape.conditions?.fields);
  const music = evaluatedMusic(pieces, { vocabulary, conditions }, grammar, onlyHeard);
  const { tf, kernels } = await loadKernels();
  const model = loadModel(tf, stored, vocabulary.entries.length);
  const nats = music.nats(meanLoss({ tf, kernels }, model, music.sequences, WINDOW));
  disposeOf(tf, model.weights);
  const per = (count: number) => (count === 0 ? undefined : nats / count);
  const { tokens, unseen, notes, frames } = music;
  return {
    ...{ pieces: music.pieces, tokens, unseen, notes, frames },
    ...{ natsPerToken: nats / tokens, natsPerNote: per(notes), natsPerFrame: per(frames) },
  };
}

/** In one line: "1.2345 nats per token, 2.550 per note, over 12 pieces". */
export function likelihoodInWords({ natsPerToken, natsPerNote, natsPerFrame, pieces }: Likelihood): string {
  // A frame of a piano roll is what is published; how many notes it stands for is not known.
  const per = natsPerFrame === undefined ? natsPerNote : natsPerFrame;
  const unit = natsPerFrame === undefined ? 'note' : 'frame';
  return `${natsPerToken.toFixed(4)} nats per token${per === undefined ? '' : `, ${per.toFixed(3)} per ${unit}`}, over ${pieces} pieces`;
}
