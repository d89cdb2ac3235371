import type { TrainingOptions } from '../options.js';
import type { Corpus } from '../train.js';

/** 0 1 2 3 over and over: what follows is certain. */
export const cycle = Int32Array.from({ length: 400 }, (_, i) => i % 4);

export const options: TrainingOptions = {
  shape: { model: 'stacked-lstm', vocabulary: 4, units: 12, layers: 2, tiedEmbeddings: false },
  ...{
    steps: 60,
    batch: 4,
    window: 8,
    learningRate: 0.02,
    warmup: 0,
    decay: 'none',
    clip: 1,
    weightDecay: 0,
    averaging: 0,
  },
  ...{ dropout: 0.1, recurrentDropout: 0, lockedDropout: false, labelSmoothing: 0 },
  ...{ evaluateEvery: 20, earlyStopping: { on: 'loss', patience: 0, copiedShare: 0 }, seed: 1 },
};

/** A piece of which the share at the end is held out. */
export function holdOut(tokens: Int32Array, share = 0.1): Corpus {
  const kept = tokens.length - Math.floor(tokens.length * share);
  // The first held-out token is told from the last one of the training part.
  const validation = kept < tokens.length ? [{ ids: tokens.subarray(kept - 1) }] : [];
  return { training: [{ ids: tokens.subarray(0, kept) }], validation };
}
