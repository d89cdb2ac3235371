import {
  bitsOutside,
  type Entropies,
  measureEntropies,
  measureNovelty,
  notesOnGrid,
  type Range,
} from '@etude/measures';
import { type Kernels, type Model, meanLoss, onlyHeard } from '@etude/model';
import { excerpt, hash, notesOf, type Piece } from '@etude/music';
import type { TensorFlow } from '@etude/tensorflow';
import { conditionRows, encoderOf, fitTokens, type Grammar, tokensOfIds, type Vocabulary } from '@etude/tokenizer';
import { type SamplingOptions, type SamplingProgress, sample, type WrittenSong } from '../sampling/sample.js';
import type { TokenTrace } from '../sampling/song-draft.js';
import { type Cadence, dominantFrom, type Ending, type EndingJudge, withTonic } from './endings/cadence.js';
import type { BarWriter } from './form/form.js';
import { injections, isScheduled, type Noise } from './noise/schedule.js';
import { listenerOf, type SongRules } from './rules/listener.js';
import type { NoteRule } from './rules/note-rule.js';
import { cheapest, cheapestOfRounds, costOfCopies, SILENT, surpriseOf, TOO_MUCH_COPIED } from './takes/choose.js';
import type { TraceRow } from './trace.js';
import { TraceRows } from './trace-rows.js';

/** A song as it was written: its tokens, and a row of the trace for each that the model heard. */
export interface Song {
  readonly tokens: readonly string[];
  readonly trace: readonly TraceRow[];
}

/** One of the times that a song was written. */
interface Take {
  readonly piece: Piece;
  readonly trace: readonly TokenTrace[];
  /** whether its ending changed it */
  readonly isChanged: boolean;
  /** of several the least is chosen */
  readonly cost: number;
}

interface Tools {
  readonly tf: TensorFlow;
  readonly kernels: Kernels;
  readonly model: Model;
  readonly vocabulary: Vocabulary;
  readonly grammar: Grammar;
  readonly signal: AbortSignal;
  readonly options: Pick<SamplingOptions, 'bending' | 'firstToken' | 'boundary' | 'constraint' | 'told'>;
  readonly noise?: Noise | undefined;
  readonly rules: Omit<SongRules, 'prime'>;
  /** how often each song, or stretch of one, is written to choose from */
  readonly takes: number;
  /** tokens that a song, or a stretch of one, has at most */
  readonly length: number;
  /** entropies of the source's halves */
  readonly normal: Entropies<Range>;
  /** how songs without a form end that do not end by themselves, and ticks of a bar */
  readonly ending: Ending;
  readonly cadence: Cadence;
  readonly bar: number;
}

/** What is sampled, besides what all songs have in common. */
type SampleWanted = Omit<SamplingOptions, keyof Tools['options'] | 'injections'> & {
  readonly noise?: Noise | undefined;
};

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
    wanted: { count: number; beginning: readonly string[]; seed: number; until?: number | undefined },
    onProgress: (progress: SamplingProgress) => void,
  ): Promise<Song[]> {
    const { vocabulary, grammar, rules, takes, length, ending, cadence, bar } = this.#tools;
    const { count, seed, until } = wanted;
    const prime = [...encoderOf(vocabulary)(wanted.beginning)];
    const isOpen = until === undefined && ending !== 'cut';
    const hasCadence = isOpen && ending === 'cadence';
    const listener = listenerOf(vocabulary, grammar, {
      ...{ ...rules, prime: prime.length, balance: rules.balance && this.#inTurn(rules.balance, count, seed) },
      ...(hasCadence && { ending: (endsAt) => dominantFrom(() => endsAt() - bar / 2, cadence) }),
    });
    const closing = isOpen ? { bar, bars: hasCadence ? 1 : 0 } : undefined;
    const options = { takes, length, prime, listener, until, closing };
    const written = await this.#sample({ ...options, songs: count, seed }, onProgress);
    const songs: Song[] = [];
    for (let song = 0; song < count; song++) {
      // Few songs have no take that is like the source: those are written again, unless noise keeps them from it on purpose.
      const best = await cheapestOfRounds(async (round) => {
        const again = { ...options, songs: 1, seed: hash(seed, song, round) };
        const drafts = round === 0 ? written.slice(song * takes, (song + 1) * takes) : await this.#sample(again);
        return cheapest(drafts.map((take) => this.#ended(take, hasCadence)));
      }, this.#mayBeLikeSource);
      songs.push(this.#asSong(best));
    }
    return songs;
  }

  /** Songs, and the takes of each, keep to one part of the source after the other. */
  #inTurn(balance: NonNullable<SongRules['balance']>, count: number, seed: number): SongRules['balance'] {
    const { takes } = this.#tools;
    const { parts } = balance;
    const inTurn = Array.from({ length: count * takes }, (_, row) => {
      const [song, take] = [Math.floor(row / takes), row % takes];
      return parts[(Math.abs(seed) + song + take) % parts.length]!;
    });
    return { ...balance, parts: inTurn };
  }

  /** Whether takes are chosen by how like the source they are, and nothing is injected that makes them unlike it. */
  get #mayBeLikeSource(): boolean {
    const { rules, noise, takes } = this.#tools;
    return takes > 1 && rules.voice === undefined && !isScheduled(noise);
  }

  /** A take with its ending, and what it costs to choose it. */
  #ended({ tokens, trace, endedAt }: WrittenSong, hasCadence: boolean): Take {
    const { vocabulary, grammar, rules, cadence, bar } = this.#tools;
    let piece = grammar.decode(tokensOfIds(vocabulary, tokens));
    if (endedAt !== undefined) piece = excerpt(piece, 0, endedAt);
    if (endedAt !== undefined && hasCadence) piece = withTonic(piece, { song: endedAt, bar }, cadence, this.#judge);
    const unlike = rules.voice ? surpriseOf(trace) : this.#bitsOutside(piece);
    const cost = unlike + costOfCopies(trace) + (notesOf(piece).length === 0 ? SILENT : 0);
    return { piece, trace, isChanged: endedAt !== undefined, cost };
  }

  #asSong({ piece, trace, isChanged }: Take): Song {
    const named = this.#named(trace);
    if (!isChanged) return { tokens: named.map(({ token }) => token), trace: named };
    const { grammar } = this.#tools;
    const tokens = grammar.encode(piece);
    const rows = new TraceRows(grammar);
    rows.add(named);
    return { tokens, trace: rows.of(tokens) };
  }

  #named(trace: readonly TokenTrace[]): TraceRow[] {
    const { entries } = this.#tools.vocabulary;
    return trace.map(({ id, ...row }) => ({ token: entries[id]!.token, ...row }));
  }

  get #judge(): EndingJudge {
    const { rules, vocabulary, grammar } = this.#tools;
    return {
      copyLimit: rules.copyLimit,
      longestCopy: (piece) =>
        rules.index === undefined
          ? 0
          : (measureNovelty(notesOnGrid(piece), rules.index, (tick) => tick).longestRun?.notes ?? 0),
      knows: (piece) => {
        try {
          fitTokens(grammar.encode(piece), vocabulary, grammar);
          return true;
        } catch {
          return false;
        }
      },
    };
  }

  /** A song that is written bar by bar: again, where it is not like the source in its entropies, as those of one stretch are. */
  async inForm(
    { seed, song }: { seed: number; song: number },
    write: (seed: number, bars: BarWriter) => Promise<Piece>,
  ): Promise<Song> {
    const { piece, rows } = await cheapestOfRounds(async (round) => {
      const own = hash(seed, song, round);
      const { writer, rows } = this.#bars(own, seed + song);
      const piece = await write(own, writer);
      const { copyLimit, longestCopy } = this.#judge;
      const copies = copyLimit > 0 && longestCopy(piece) > copyLimit;
      return { piece, rows, cost: this.#bitsOutside(piece) + (copies ? TOO_MUCH_COPIED : 0) };
    }, this.#mayBeLikeSource);
    return this.#traced(piece, rows);
  }

  /**
   * What writes the bars of one song, and how it wrote them.
   * @param turn which part of the source it keeps to, counted round and round
   */
  #bars(seed: number, turn: number): { writer: BarWriter; rows: TraceRows } {
    const { tf, kernels, model, vocabulary, grammar, rules, takes, length } = this.#tools;
    let stretches = 0;
    const rows = new TraceRows(grammar);
    // One part for all of the song, which is written in many stretches.
    const { balance } = rules;
    const ownRules = balance && {
      balance: { ...balance, parts: [balance.parts[Math.abs(turn) % balance.parts.length]!] },
    };
    const writer: BarWriter = {
      ...this.#judge,
      division: grammar.division,
      write: async ({ before, given, from, until, cost, rules: more = [] }) => {
        const prime = this.#fit(before).ids;
        const section: NoteRule = { name: 'section', allows: ({ start }) => start >= from };
        const noteRules = () => [...more, ...(rules.noteRules?.() ?? []), section];
        const heard = this.#fit(excerpt(before, 0, given)).ids.length;
        const listener = listenerOf(vocabulary, grammar, { ...rules, ...ownRules, noteRules, prime: heard });
        // Each stretch of a song has draws of its own.
        const own = hash(seed, ++stretches);
        // What was written before had its noise when it was written.
        const { noise } = this.#tools;
        const later = noise && { ...noise, from: prime.length + noise.from };
        const written = await this.#sample({
          ...{ songs: 1, takes, length: prime.length + length, seed: own, prime, until, listener },
          noise: later,
        });
        const pieces = written.map(({ tokens }) =>
          excerpt(grammar.decode(tokensOfIds(vocabulary, tokens)), from, until),
        );
        const costs = pieces.map((piece, take) => {
          return cost(piece) + costOfCopies(written[take]!.trace.slice(prime.length));
        });
        const least = Math.min(...costs);
        if (least === Number.POSITIVE_INFINITY) return undefined;
        const chosen = costs.indexOf(least);
        rows.add(this.#named(written[chosen]!.trace), from, until);
        return pieces[chosen]!;
      },
      surprise: (piece, from) => {
        const heard = this.#fit(excerpt(piece, 0, from)).ids.length;
        const all = this.#fit(piece).ids;
        if (all.length <= heard) return 0;
        const ids = Int32Array.from(all, (id, at) => (at < heard ? onlyHeard(id) : id));
        const rows = conditionRows(grammar, model.shape.conditions?.fields)?.of(tokensOfIds(vocabulary, all));
        return meanLoss({ tf, kernels }, model, [{ ids, rows }], 256);
      },
      bitsOutside: (piece) => this.#bitsOutside(piece),
    };
    return { writer, rows };
  }

  /** A piece as a song, with how likely the model holds each of its tokens, and how each was written. */
  async #traced(piece: Piece, rows: TraceRows): Promise<Song> {
    const { grammar, vocabulary } = this.#tools;
    const tokens = grammar.encode(piece);
    const { ids: prime } = fitTokens(tokens, vocabulary, grammar);
    const [heard] = await this.#sample({ songs: 1, length: prime.length, seed: 1, prime });
    const probabilities = heard!.trace.map(({ probability }) => probability);
    const written = rows.of(tokensOfIds(vocabulary, prime));
    return { tokens, trace: written.map((row, at) => ({ ...row, probability: probabilities[at] })) };
  }

  /** The tokens of any music, as near as the model knows them. */
  #fit(piece: Piece): ReturnType<typeof fitTokens> {
    const tokens = notesOf(piece).length === 0 ? [] : this.#tools.grammar.encode(piece);
    return fitTokens(tokens, this.#tools.vocabulary, this.#tools.grammar);
  }

  #sample(
    { noise = this.#tools.noise, ...options }: SampleWanted,
    onProgress: (progress: SamplingProgress) => void = () => {},
  ): Promise<WrittenSong[]> {
    const { tf, kernels, model, options: common, signal } = this.#tools;
    const injected = noise && { injections: () => injections(noise) };
    return sample({ tf, kernels }, model, { ...common, ...injected, ...options }, { signal, onProgress });
  }

  #bitsOutside(piece: Piece): number {
    return bitsOutside(measureEntropies(notesOf(piece), piece.division), this.#tools.normal);
  }
}
