import { createRandom, type Kernels, type Model, type Random, stepper, zeroState } from '@etude/model';
import type { TensorFlow } from '@etude/tensorflow';

/** What may come next in a song, told by a state that its tokens lead to. */
export interface Constraint {
  readonly start: string;
  /** for each token whether it may follow (V) */
  allowed(state: string): ArrayLike<boolean>;
  /** where an allowed token leads */
  follow(state: string, id: number): string;
}

/** Judges tokens by all that a song has so far. */
export interface Judge {
  /** Whether a token may come next. */
  allows(id: number): boolean;
  add(id: number): void;
}

export interface SamplingOptions {
  /** tokens of each song at most, those of the prime included */
  readonly length: number;
  /** above 1: more surprising, below 1: safer; 0: always the most likely token */
  readonly temperature: number;
  readonly seed: number;
  readonly songs: number;
  /** token ids that every song begins with; they are part of it */
  readonly prime: readonly number[];
  /** weight of each token as the first one, where there is no prime and no `boundary` (V) */
  readonly firstToken: readonly number[];
  /** the token that stands between pieces: the model hears it before the first token, and a song ends where it would come */
  readonly boundary?: number | undefined;
  readonly constraint?: Constraint | undefined;
  /** makes a judge for a song. What it refuses is drawn again; where it refuses all, the constraint alone counts */
  readonly judge?: (() => Judge) | undefined;
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
  options: SamplingOptions,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: SamplingProgress) => void } = {},
): Promise<Int32Array[]> {
  const { length, temperature, seed, boundary } = options;
  const songs = Array.from({ length: options.songs }, (_, index) => new Song(createRandom(seed, index), options));
  const model = stepper(tf, kernels, shape, weights);
  let state = zeroState(tf, shape, songs.length);
  // What the model hears before the first token; without a boundary that one is drawn, or given, before it hears anything.
  let heard = boundary === undefined ? undefined : Int32Array.from(songs, () => boundary);
  if (heard === undefined) {
    for (const song of songs) song.begin();
    heard = Int32Array.from(songs, (song) => song.last);
  }
  for (let at = boundary === undefined ? 1 : 0; at < length && songs.some((song) => !song.ended); at++) {
    const next = model.step(heard, state);
    tf.dispose(state as never);
    state = next.state;
    const logits = songs.some((song) => song.draws(at)) ? (next.logits.dataSync() as Float32Array) : undefined;
    songs.forEach((song, row) => {
      song.go(at, logits?.subarray(row * shape.vocabulary, (row + 1) * shape.vocabulary), temperature);
    });
    heard = Int32Array.from(songs, (song) => song.last);
    tf.dispose(next.logits);
    if (at % 32 === 0 || at === length - 1) {
      onProgress?.({ done: at + 1, total: length });
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
  }
  tf.dispose(state as never);
  model.dispose();
  return songs.map(({ tokens }) => Int32Array.from(tokens));
}

/** A song while it is written. */
class Song {
  readonly tokens: number[] = [];
  ended = false;
  readonly #random: Random;
  readonly #options: SamplingOptions;
  readonly #judge: Judge | undefined;
  #state: string;

  constructor(random: Random, options: SamplingOptions) {
    this.#random = random;
    this.#options = options;
    this.#state = options.constraint?.start ?? '';
    this.#judge = options.judge?.();
  }

  /** The token that the model hears next; of a song that has ended, any. */
  get last(): number {
    return this.tokens.at(-1) ?? 0;
  }

  /** Whether the token at a place is drawn, and not given. */
  draws(at: number): boolean {
    return !this.ended && at >= this.#options.prime.length;
  }

  begin(): void {
    this.#add(this.#options.prime[0] ?? draw(this.#options.firstToken, this.#random));
  }

  /** Adds the next token; what the prime says is not drawn, but the model has to hear it. */
  go(at: number, logits: Float32Array | undefined, temperature: number): void {
    if (this.ended) return;
    const { prime, boundary, constraint } = this.#options;
    if (!this.draws(at)) {
      this.#add(prime[at]!);
      return;
    }
    const allowed = constraint?.allowed(this.#state);
    const may = (id: number) => (id === boundary ? at > 0 : true) && (allowed === undefined || allowed[id] === true);
    let id = chooseToken(logits!, temperature, this.#random, may);
    if (this.#judge && id !== undefined && id !== boundary && !this.#judge.allows(id)) {
      const refused = new Set([id]);
      const again = (other: number) => !refused.has(other) && may(other);
      let next = chooseToken(logits!, temperature, this.#random, again);
      while (next !== undefined && next !== boundary && !this.#judge.allows(next)) {
        refused.add(next);
        next = chooseToken(logits!, temperature, this.#random, again);
      }
      id = next ?? id;
    }
    if (id === undefined || id === boundary) this.ended = true;
    else this.#add(id);
  }

  #add(id: number): void {
    this.tokens.push(id);
    this.#judge?.add(id);
    if (this.#options.constraint) this.#state = this.#options.constraint.follow(this.#state, id);
  }
}

/**
 * An id drawn from softmax(logits / temperature) over the tokens that may come; at temperature 0 the most likely one.
 * @returns undefined where none may come
 */
export function chooseToken(
  logits: ArrayLike<number>,
  temperature: number,
  random: Random,
  may: (id: number) => boolean = () => true,
): number | undefined {
  let top = -1;
  for (let id = 0; id < logits.length; id++) if (may(id) && (top < 0 || logits[id]! > logits[top]!)) top = id;
  if (top < 0) return undefined;
  if (temperature === 0) return top;
  const highest = logits[top]!;
  return draw(
    Array.from(logits, (logit, id) => (may(id) ? Math.exp((logit - highest) / temperature) : 0)),
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
