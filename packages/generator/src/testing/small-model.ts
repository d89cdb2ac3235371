import { chooseKernels, initialWeights, type LanguageModelShape, type Model } from '@etude/model';
import { createRandom } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { UNBENT } from '../sampling/distribution.js';
import type { Injections } from '../sampling/effect.js';
import type { Listener } from '../sampling/listener.js';
import { sample, type WrittenSong } from '../sampling/sample-songs.js';

const loaded = await loadTensorFlow();
export const { tf } = loaded;
export const { kernels } = chooseKernels(loaded, { threads: 1 });
const shape: LanguageModelShape = {
  ...{ model: 'stacked-lstm', vocabulary: 6, units: 5, layers: 2, tiedEmbeddings: false },
};
/** A model of six tokens that knows nothing. */
export const model: Model = { shape, weights: initialWeights(tf, shape, createRandom(3)) };

export const options = { length: 20, bending: UNBENT, seed: 1, songs: 3, prime: [], firstToken: [1, 1, 1, 1, 1, 1] };
export const lists = (songs: readonly WrittenSong[]) => songs.map(({ tokens }) => [...tokens]);

/** Hears nothing, and has no rules. */
export const silent: Listener = {
  ...{
    rules: [],
    noteOf: () => undefined,
    onsetOf: () => undefined,
    now: () => 0,
    allows: () => true,
    forbids: () => false,
    isGiven: () => false,
    timeAfter: () => 0,
    add: () => {},
  },
};

/** Hears that each token lasts some ticks, and no more of it. */
export const clocked =
  (ticks: number, more: Partial<Listener> = {}) =>
  (): Listener => {
    let now = 0;
    const add = () => {
      now += ticks;
    };
    return { ...silent, now: () => now, add, ...more };
  };

/** Songs into which something is injected, and what their traces say of it: the place of the token, and in words. */
export async function injected(injections: () => Injections, more: Partial<Parameters<typeof sample>[2]> = {}) {
  const songs = await sample({ tf, kernels }, model, { ...options, injections, ...more });
  return songs.map(({ tokens, trace }) => ({
    tokens: [...tokens],
    injected: trace.flatMap(({ disturbance }, at) => (disturbance ? [`${at} ${disturbance}`] : [])),
  }));
}
