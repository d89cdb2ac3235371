// A training that keeps a checkpoint in a file after every step and tells of each on standard output, to be killed.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { chooseKernels, modelToBytes } from '@etude/model';
import { loadTensorFlow } from '@etude/tensorflow';
import { train } from '../dist/index.js';

const [path, options] = process.argv.slice(2);
const loaded = await loadTensorFlow();
const { kernels } = chooseKernels(loaded, { threads: 1 });
const write = async (to, bytes) => {
  await writeFile(`${to}.partial`, bytes);
  await rename(`${to}.partial`, to);
};
const checkpoints = {
  load: () => readFile(`${path}.checkpoint`).catch(() => undefined),
  save: (bytes) => write(`${path}.checkpoint`, bytes),
};
const tokens = Int32Array.from({ length: 400 }, (_, i) => (i * i) % 7);
const pieces = { training: [{ ids: tokens.subarray(0, 360) }], validation: [{ ids: tokens.subarray(359) }] };
const { model } = await train({ tf: loaded.tf, kernels }, pieces, JSON.parse(options), {
  checkpoints,
  checkpointEvery: 0,
  onProgress: ({ step }) => process.stdout.write(`${step}\n`),
});
await write(`${path}.model`, await modelToBytes(model));
