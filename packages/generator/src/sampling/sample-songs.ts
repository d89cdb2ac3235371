import { type Computing, type Model, type Stepper, stepper, zeroState } from '@etude/model';
import { randomStreams } from '@etude/music';
import { SongDraft, type TokenTrace, type WritingOptions } from './song-draft.js';

export interface SamplingOptions extends WritingOptions {
  readonly seed: number;
  readonly songs: number;
  /** how often each song is written, each time from other draws, at least 1 */
  readonly takes?: number;
  /** what the model is told beside tokens; absent where it is told nothing */
  readonly told?: ToldRows | undefined;
}

/** Tells the rows of a model's conditions, song by song. */
export interface ToldRows {
  /** K: of each token */
  readonly count: number;
  /** At the beginning of a song. */
  follow(): { add(id: number): void; write(rows: Int32Array, at: number): void };
}

export interface SamplingProgress {
  readonly done: number;
  readonly total: number;
}

/** A song as it was written. */
export interface WrittenSong {
  readonly tokens: Int32Array;
  readonly trace: readonly TokenTrace[];
  /** the tick at which it ended on purpose, or, where nothing could follow, ends */
  readonly endedAt: number | undefined;
  /** whether it ended because nothing was left that may follow */
  readonly isStuck: boolean;
}

/** How long sampling goes on without a look at signals: of many songs a single token can take a second. */
const LISTEN_EVERY_MS = 50;

/** Makes seeds of takes differ in all their bits. */
const GOLDEN = 0x9e3779b1;

/**
 * Songs of a model, token by token, all side by side. Each take of a song has a stream of randomness of its own, so that it does
 * not depend on how many others there are, unless their states are swapped on purpose.
 *
 * @returns all takes of the first song, then those of the next
 * @throws the signal's reason where it is aborted
 * @example
 * const [song] = await sample({ tf, kernels }, model, { songs: 1, length: 8, seed: 1, prime: [], bending: UNBENT, firstToken });
 * song.tokens; // eight token ids
 */
export async function sample(
  computing: Computing,
  model: Model,
  options: SamplingOptions,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: SamplingProgress) => void } = {},
): Promise<WrittenSong[]> {
  signal?.throwIfAborted();
  const { length, seed, boundary, closing, told } = options;
  const { vocabulary } = model.shape;
  const most = closing ? 2 * length : length;
  const takes = options.takes ?? 1;
  const randoms = Array.from({ length: takes }, (_, take) => randomStreams((seed ^ Math.imul(take, GOLDEN)) | 0));
  const songs = Array.from(
    { length: options.songs * takes },
    (_, row) => new SongDraft(randoms[row % takes]!.next().value, options),
  );
  const stepping = stepper(computing, model, zeroState(computing.tf, model.shape, songs.length));
  // What the model hears before the first token; without a boundary that one is drawn, or given, before it hears anything.
  if (boundary === undefined) for (const song of songs) song.begin();
  let heard = Int32Array.from(songs, (song) => boundary ?? song.last);
  const followers = told && songs.map(() => told.follow());
  const K = told?.count ?? 0;
  const rows = told && new Int32Array(songs.length * K);
  const tell = () => {
    if (followers === undefined || rows === undefined) return;
    songs.forEach(({ tokens, ended }, row) => {
      const follower = followers[row]!;
      if (tokens.length > 0 && !ended) follower.add(tokens.at(-1)!);
      follower.write(rows, row * K);
    });
  };
  tell();
  let heardAt = performance.now();
  for (let at = boundary === undefined ? 1 : 0; at < most && songs.some((song) => !song.ended); at++) {
    const logits = stepping.step(heard, rows);
    songs.forEach((song, row) => {
      song.go(logits.subarray(row * vocabulary, (row + 1) * vocabulary));
    });
    heard = Int32Array.from(songs, (song) => song.last);
    tell();
    if (songs.some(({ stateChange }) => stateChange !== undefined)) changeStates(stepping, songs);
    if (performance.now() - heardAt > LISTEN_EVERY_MS || at === length - 1) {
      onProgress?.({ done: Math.min(at + 1, length), total: length });
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      heardAt = performance.now();
    }
  }
  stepping.dispose();
  return songs.map(({ tokens, trace, endedAt, isStuck }) => ({
    ...{ tokens: Int32Array.from(tokens), trace, endedAt, isStuck },
  }));
}

/** Does to the state of each song what it wants done: noise in proportion to its size, or the state of the next song in its place. */
function changeStates(stepping: Stepper, songs: readonly SongDraft[]): void {
  const wishes = songs.map((song) => song.stateChange);
  for (const song of songs) song.stateChange = undefined;
  stepping.changeState((values, layer) => {
    const units = values.length / songs.length;
    const before = values.slice();
    wishes.forEach((wish, row) => {
      const mine = values.subarray(row * units, (row + 1) * units);
      if (wish?.kind === 'swap') {
        const other = (row + 1) % songs.length;
        mine.set(before.subarray(other * units, (other + 1) * units));
      } else if (wish !== undefined && (wish.layers === undefined || wish.layers.includes(layer))) {
        const size = Math.sqrt(mine.reduce((sum, x) => sum + x * x, 0) / units);
        for (let i = 0; i < units; i++) mine[i]! += wish.scale * size * songs[row]!.normal();
      }
    });
  });
}
