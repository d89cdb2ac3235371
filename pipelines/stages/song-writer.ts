import { excerpt, notesOf, type Piece } from '@etude/corpus';
import {
  type SamplingOptions,
  type SamplingProgress,
  sample,
  type TokenTrace,
  type WritingOptions,
  type WrittenSong,
} from '@etude/generator';
import {
  bitsOutside,
  type Entropies,
  measureEntropies,
  measureNovelty,
  notesOnGrid,
  type Range,
} from '@etude/measures';
import type { Kernels, Model } from '@etude/model';
import type { TensorFlow } from '@etude/tensorflow';
import { decode, encoderOf, type Grammar, type Vocabulary } from '@etude/tokenizer';
import { meanLoss, onlyHeard } from '@etude/trainer';
import { fitTokens } from './fit-tokens.js';
import type { BarWriter } from './song-form.js';
import { listenerOf, type NoteRule, type SongRules } from './song-rules.js';

/** A song as it was written: its tokens, and a row of the trace for each. */
export interface Song {
  readonly tokens: readonly string[];
  readonly trace: readonly TokenTrace[];
}

interface Tools {
  readonly tf: TensorFlow;
  readonly kernels: Kernels;
  readonly model: Model;
  readonly vocabulary: Vocabulary;
  readonly grammar: Grammar;
  readonly signal: AbortSignal;
  readonly options: Pick<WritingOptions, 'bending' | 'firstToken' | 'noise' | 'boundary' | 'constraint'>;
  readonly rules: Omit<SongRules, 'prime'>;
  /** how often each song, or stretch of one, is written to choose from */
  readonly takes: number;
  /** tokens that a song, or a stretch of one, has at most */
  readonly length: number;
  /** entropies of the source's halves */
  readonly normal: Entropies<Range>;
}

/** Writes songs with one model, under one set of rules. */
export class SongWriter {
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /**
   * Songs that go on from a beginning: of each the take that is most like the source in its entropies, or, round a given voice, the likeliest.
   * @param until the tick at which they end; undefined: after their length, or where they end by themselves
   */
  async songs(
    {
      count,
      beginning,
      seed,
      until,
    }: { count: number; beginning: readonly string[]; seed: number; until?: number | undefined },
    onProgress: (progress: SamplingProgress) => void,
  ): Promise<Song[]> {
    const { vocabulary, grammar, rules, takes, length } = this.#tools;
    const prime = [...encoderOf(vocabulary)(beginning)];
    const listener = listenerOf(vocabulary, grammar, { ...rules, prime: prime.length });
    const written = await this.#sample({ songs: count, takes, length, seed, prime, listener, until }, onProgress);
    return Array.from({ length: count }, (_, song) => {
      const all = written.slice(song * takes, (song + 1) * takes);
      const cost = all.map(({ tokens, trace }) =>
        rules.voice === undefined ? this.#bitsOutside(grammar.decode(decode(vocabulary, tokens))) : surpriseOf(trace),
      );
      const { tokens, trace } = all[cost.indexOf(Math.min(...cost))]!;
      return { tokens: decode(vocabulary, tokens), trace };
    });
  }

  /** What writes the bars of one song. */
  bars(seed: number): BarWriter {
    const { tf, kernels, model, vocabulary, grammar, rules, takes, length } = this.#tools;
    let stretches = 0;
    // One part for all of the song, which is written in many stretches.
    const { balance } = rules;
    const ownRules = balance && {
      balance: { ...balance, parts: [balance.parts[Math.abs(seed) % balance.parts.length]!] },
    };
    return {
      division: grammar.division,
      copyLimit: rules.copyLimit,
      write: async ({ before, given, from, until, rules: more = [] }) => {
        const prime = this.#fit(before).ids;
        const section: NoteRule = { name: 'section', allows: ({ start }) => start >= from };
        const masks = () => [...more, ...(rules.masks?.() ?? []), section];
        const heard = this.#fit(excerpt(before, 0, given)).ids.length;
        const listener = listenerOf(vocabulary, grammar, { ...rules, ...ownRules, masks, prime: heard });
        // Each stretch of a song has draws of its own.
        const own = (seed ^ Math.imul(++stretches, 0x85ebca6b)) | 0;
        // What was written before had its noise when it was written.
        const noise = this.#tools.options.noise;
        const later = noise && { ...noise, from: prime.length + noise.from };
        const options = {
          songs: 1,
          takes,
          length: prime.length + length,
          seed: own,
          prime,
          until,
          listener,
          noise: later,
        };
        const written = await this.#sample(options);
        return written.map(({ tokens }) => excerpt(grammar.decode(decode(vocabulary, tokens)), from, until));
      },
      surprise: (piece, from) => {
        const heard = this.#fit(excerpt(piece, 0, from)).ids.length;
        const ids = Int32Array.from(this.#fit(piece).ids, (id, at) => (at < heard ? onlyHeard(id) : id));
        return ids.length <= heard ? 0 : meanLoss(tf, kernels, model, [ids], 256);
      },
      longestCopy: (piece) =>
        rules.index === undefined
          ? 0
          : (measureNovelty(notesOnGrid(piece), rules.index, (tick) => tick).longestRun?.notes ?? 0),
      bitsOutside: (piece) => this.#bitsOutside(piece),
    };
  }

  /** A piece as a song, with how likely the model holds each of its tokens. */
  async traced(piece: Piece): Promise<Song> {
    const { grammar, vocabulary } = this.#tools;
    const tokens = grammar.encode(piece);
    const { ids: prime } = fitTokens(tokens, vocabulary);
    const [heard] = await this.#sample({ songs: 1, length: prime.length, seed: 1, prime });
    return { tokens, trace: heard!.trace };
  }

  /** The tokens of any music, as near as the model knows them. */
  #fit(piece: Piece): ReturnType<typeof fitTokens> {
    const tokens = notesOf(piece).length === 0 ? [] : this.#tools.grammar.encode(piece);
    return fitTokens(tokens, this.#tools.vocabulary);
  }

  #sample(
    options: Omit<SamplingOptions, keyof Tools['options']> & Pick<Partial<SamplingOptions>, 'noise'>,
    onProgress: (progress: SamplingProgress) => void = () => {},
  ): Promise<WrittenSong[]> {
    const { tf, kernels, model, options: common, signal } = this.#tools;
    return sample(tf, kernels, model, { ...common, ...options }, { signal, onProgress });
  }

  #bitsOutside(piece: Piece): number {
    return bitsOutside(measureEntropies(notesOf(piece), piece.division), this.#tools.normal);
  }
}

/** Nats a token that the model needed for a song. */
function surpriseOf(trace: readonly TokenTrace[]): number {
  const heard = trace.flatMap(({ probability }) => (probability === undefined ? [] : -Math.log(probability)));
  return heard.reduce((sum, nats) => sum + nats, 0) / Math.max(1, heard.length);
}
