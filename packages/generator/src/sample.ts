import { createRandom, type Kernels, type Model, type Random, stepper, zeroState } from '@etude/model';
import type { TensorFlow } from '@etude/tensorflow';

export interface SamplingOptions {
  /** tokens of each song, those of the prime included */
  readonly length: number;
  /** above 1: more surprising, below 1: safer; 0: always the most likely token */
  readonly temperature: number;
  readonly seed: number;
  readonly songs: number;
  /** token ids that every song begins with; they are part of it */
  readonly prime: readonly number[];
  /** weight of each token as the first one, where there is no prime (V) */
  readonly firstToken: readonly number[];
}

export interface SamplingProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * Songs of a model, token by token, all side by side. Each song has a stream of randomness of its own, so that it does
 * not depend on how many others there are.
 *
 * @returns token ids, song by song
 * @throws the signal's reason where it is aborted
 */
export async function sample(
  tf: TensorFlow,
  kernels: Kernels,
  { shape, weights }: Model,
  { length, temperature, seed, songs, prime, firstToken }: SamplingOptions,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: SamplingProgress) => void } = {},
): Promise<Int32Array[]> {
  const randoms = Array.from({ length: songs }, (_, song) => createRandom(seed, song));
  const tokens = randoms.map((random) => {
    const song = new Int32Array(length);
    song.set(prime.slice(0, length));
    if (prime.length === 0) song[0] = draw(firstToken, random);
    return song;
  });
  const model = stepper(tf, kernels, shape, weights);
  let state = zeroState(tf, shape, songs);
  for (let at = 1; at < length; at++) {
    const last = Int32Array.from(tokens, (song) => song[at - 1]!);
    const next = model.step(last, state);
    tf.dispose(state as never);
    state = next.state;
    // What the prime says is not drawn, but the model has to hear it.
    if (at >= prime.length) {
      const logits = next.logits.dataSync();
      tokens.forEach((song, row) => {
        const ofRow = logits.subarray(row * shape.vocabulary, (row + 1) * shape.vocabulary);
        song[at] = chooseToken(ofRow as Float32Array, temperature, randoms[row]!);
      });
    }
    tf.dispose(next.logits);
    if (at % 32 === 0 || at === length - 1) {
      onProgress?.({ done: at + 1, total: length });
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
  }
  tf.dispose(state as never);
  model.dispose();
  return tokens;
}

/** An id drawn from softmax(logits / temperature); at temperature 0 the most likely one. */
export function chooseToken(logits: ArrayLike<number>, temperature: number, random: Random): number {
  let top = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[top]!) top = id;
  if (temperature === 0) return top;
  const highest = logits[top]!;
  return draw(
    Array.from(logits, (logit) => Math.exp((logit - highest) / temperature)),
    random,
  );
}

/** An index drawn with a probability in proportion to its weight. */
function draw(weights: readonly number[], random: Random): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = random.next() * total;
  for (let index = 0; index < weights.length; index++) {
    left -= weights[index]!;
    if (left < 0) return index;
  }
  // Only rounding leads here: the last index that has any weight.
  return weights.findLastIndex((weight) => weight > 0);
}
