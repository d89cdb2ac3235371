// Trains until the validation loss is at its target, then ends. See reach.mjs.
import { readFileSync } from 'node:fs';
import { chooseKernels } from '@etude/model';
import { loadTensorFlow } from '@etude/tensorflow';
import { train } from '@etude/trainer';

const { tokens, target, threads, vocabulary, layers, units, ...options } = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
);
const loaded = await loadTensorFlow();
const { kernels } = chooseKernels(loaded, { threads });
const off = {
  dropout: 0,
  recurrentDropout: 0,
  lockedDropout: false,
  labelSmoothing: 0,
  weightDecay: 0,
  averaging: 0,
  warmup: 0,
};
const shape = { model: 'stacked-lstm', layers, units, vocabulary, tiedEmbeddings: false };
const ids = Int32Array.from(tokens);
const kept = ids.length - Math.floor(ids.length * 0.1);
await train(
  { tf: loaded.tf, kernels },
  { training: [{ ids: ids.subarray(0, kept) }], validation: [{ ids: ids.subarray(kept - 1) }] },
  {
    ...options,
    ...off,
    shape,
    steps: 2000,
    clip: 1,
    decay: 'none',
    earlyStopping: { on: 'loss', patience: 0, copiedShare: 0 },
  },
  {
    onProgress({ point }) {
      if (point?.validationLoss !== undefined && point.validationLoss <= target) process.exit(0);
    },
  },
);
process.exit(1);
