import type { TrainingOptions } from '../options.js';

/** 0 1 2 3 over and over: what follows is certain. */
export const cycle = Int32Array.from({ length: 400 }, (_, i) => i % 4);

export const options: TrainingOptions = {
  shape: { model: 'stacked-lstm', vocabulary: 4, units: 12, layers: 2, tiedEmbeddings: false },
  ...{ steps: 60, batch: 4, window: 8, learningRate: 0.02, warmup: 0, decay: 'none', clip: 1, weightDecay: 0 },
  ...{ dropout: 0.1, recurrentDropout: 0, lockedDropout: false, labelSmoothing: 0 },
  ...{ validation: 0.1, evaluateEvery: 20, patience: 0, seed: 1 },
};
