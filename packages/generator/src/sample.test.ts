import {
  chooseKernels,
  createRandom,
  initialWeights,
  type Kernels,
  type LanguageModelShape,
  type Model,
} from '@etude/model';
import { loadTensorFlow, type TensorFlow } from '@etude/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { sample } from './index.js';
import { chooseToken } from './sample.js';

let tf: TensorFlow;
let kernels: Kernels;
let model: Model;
beforeAll(async () => {
  const loaded = await loadTensorFlow();
  ({ tf } = loaded);
  ({ kernels } = chooseKernels(loaded, { threads: 1 }));
  const shape: LanguageModelShape = {
    model: 'stacked-lstm',
    vocabulary: 6,
    units: 5,
    layers: 2,
    tiedEmbeddings: false,
  };
  model = { shape, weights: initialWeights(tf, shape, createRandom(3)) };
});

const options = { length: 20, temperature: 1, seed: 1, songs: 3, prime: [], firstToken: [1, 1, 1, 1, 1, 1] };
const lists = (songs: Int32Array[]) => songs.map((song) => [...song]);

describe('sample', () => {
  it('gives the same songs for the same seed, others for another', async () => {
    const songs = lists(await sample(tf, kernels, model, options));
    expect(songs.map((song) => song.length)).toEqual([20, 20, 20]);
    expect(lists(await sample(tf, kernels, model, options))).toEqual(songs);
    expect(lists(await sample(tf, kernels, model, { ...options, seed: 2 }))).not.toEqual(songs);
    expect(new Set(songs.map(String)).size).toBe(3);
  });

  it('gives a song that does not depend on how many others there are', async () => {
    const [first] = lists(await sample(tf, kernels, model, options));
    expect(lists(await sample(tf, kernels, model, { ...options, songs: 1 }))).toEqual([first]);
  });

  it('begins every song with the whole prime', async () => {
    const songs = lists(await sample(tf, kernels, model, { ...options, prime: [5, 0, 3] }));
    for (const song of songs) expect(song.slice(0, 3)).toEqual([5, 0, 3]);
    const cut = lists(await sample(tf, kernels, model, { ...options, length: 2, prime: [5, 0, 3] }));
    expect(cut).toEqual([
      [5, 0],
      [5, 0],
      [5, 0],
    ]);
  });

  it('draws the first token where there is no prime', async () => {
    const songs = lists(await sample(tf, kernels, model, { ...options, firstToken: [0, 0, 0, 0, 1, 0] }));
    for (const song of songs) expect(song[0]).toBe(4);
  });

  it('leaves no tensors behind and stops when it is told to', async () => {
    const before = tf.memory().numTensors;
    await sample(tf, kernels, model, options);
    expect(tf.memory().numTensors).toBe(before);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(sample(tf, kernels, model, options, { signal })).rejects.toThrow('stop');
  });
});

describe('chooseToken', () => {
  const logits = [0, Math.log(3), Number.NEGATIVE_INFINITY];
  const share = (temperature: number) => {
    const random = createRandom(5);
    const draws = Array.from({ length: 20_000 }, () => chooseToken(logits, temperature, random));
    expect(draws).not.toContain(2);
    return draws.filter((id) => id === 1).length / draws.length;
  };

  it('draws in proportion to the softmax of logits over temperature', () => {
    expect(share(1)).toBeCloseTo(3 / 4, 1.5);
    expect(share(0.5)).toBeCloseTo(9 / 10, 1.5);
    expect(share(2)).toBeCloseTo(Math.sqrt(3) / (1 + Math.sqrt(3)), 1.5);
    expect(share(0)).toBe(1);
  });
});
