import { bitsOutside, type Entropies, firstExcess, measureEntropies, type Onset, type Range } from '@etude/measures';
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
import { cheapest, cheapestOfRounds, SILENT, STUCK, surpriseOf } from './takes/choose.js';
import type { TraceRow } from './trace.js';
import { TraceRows } from './trace-rows.js';

/** A song as it was written: its tokens, and a row of the trace for each that the model heard. */
export interface Song {
  readonly tokens: readonly string[];
  readonly trace: readonly TraceRow[];
  /** how often the model could not go on, or was stopped, since all that might follow would have copied too much */
  readonly stops: number;
}

/** One of the times that a song was written. */
interface Take {
  readonly piece: Piece;
  readonly trace: readonly TokenTrace[];
  /** whether its ending changed it */
  readonly isChanged: boolean;
  readonly stops: number;
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

/** How the bars of a song came about. */
interface Written {
  readonly rows: TraceRows;
  stops: number;
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
  #ended({ tokens, trace, endedAt, isStuck }: WrittenSong, hasCadence: boolean): Take {
    const { vocabulary, grammar, rules, cadence, bar } = this.#tools;
    let piece = grammar.decode(tokensOfIds(vocabulary, tokens));
    if (endedAt !== undefined) piece = excerpt(piece, 0, endedAt);
    if (endedAt !== undefined && hasCadence) piece = withTonic(piece, { song: endedAt, bar }, cadence, this.#judge);
    const excess = this.#judge.excessOf(piece, this.#givenOf(trace));
    if (excess !== undefined) piece = excerpt(piece, 0, excess.at);
    const stops = Number(isStuck) + Number(excess !== undefined);
    const unlike = rules.voice ? surpriseOf(trace) : this.#bitsOutside(piece);
    const cost = unlike + (stops > 0 ? STUCK : 0) + (notesOf(piece).length === 0 ? SILENT : 0);
    return { piece, trace, isChanged: endedAt !== undefined || excess !== undefined, stops, cost };
  }

  #asSong({ piece, trace, isChanged, stops }: Take): Song {
    const named = this.#named(trace);
    if (!isChanged) return { tokens: named.map(({ token }) => token), trace: named, stops };
    const { grammar } = this.#tools;
    const tokens = grammar.encode(piece);
    const rows = new TraceRows(grammar);
    rows.add(named);
    return { tokens, trace: rows.of(tokens), stops };
  }

  /** Whether a note of a song is one that the user gave. */
  #givenOf(trace: readonly TokenTrace[]): (note: Onset) => boolean {
    const { vocabulary, grammar } = this.#tools;
    const reader = grammar.reader();
    const given = new Set<string>();
    for (const { id, isGiven } of trace) {
      const { token } = vocabulary.entries[id]!;
      const note = isGiven ? reader.noteOf(token) : undefined;
      if (note) given.add(`${note.start} ${note.key}`);
      reader.add(token);
    }
    return ({ start, key }) => given.has(`${start} ${key}`);
  }

  #named(trace: readonly TokenTrace[]): TraceRow[] {
    const { entries } = this.#tools.vocabulary;
    return trace.map(({ id, ...row }) => ({ token: entries[id]!.token, ...row }));
  }

  get #judge(): EndingJudge {
    const { rules, vocabulary, grammar } = this.#tools;
    return {
      excessOf(piece, isGiven) {
        if (rules.index === undefined || notesOf(piece).length === 0) return undefined;
        const notes = notesOf(grammar.decode(grammar.encode(piece)));
        return firstExcess(notes, rules.index, rules.copyLimit, isGiven);
      },
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
    const { piece, written } = await cheapestOfRounds(async (round) => {
      const own = hash(seed, song, round);
      const { writer, written } = this.#bars(own, seed + song);
      const piece = await write(own, writer);
      return { piece, written, cost: this.#bitsOutside(piece) };
    }, this.#mayBeLikeSource);
    return this.#traced(piece, written);
  }

  /**
   * What writes the bars of one song, and how it wrote them.
   * @param turn which part of the source it keeps to, counted round and round
   */
  #bars(seed: number, turn: number): { writer: BarWriter; written: Written } {
    const { tf, kernels, model, vocabulary, grammar, rules, takes, length } = this.#tools;
    let stretches = 0;
    const written: Written = { rows: new TraceRows(grammar), stops: 0 };
    // One part for all of the song, which is written in many stretches.
    const { balance } = rules;
    const ownRules = balance && {
      balance: { ...balance, parts: [balance.parts[Math.abs(turn) % balance.parts.length]!] },
    };
    const writer: BarWriter = {
      ...this.#judge,
      division: grammar.division,
      write: async ({ song, isGiven, given, from, until, cost, rules: more = [] }) => {
        const prime = this.#heardBefore(song, from);
        const section: NoteRule = { name: 'section', allows: ({ start }) => start >= from };
        const noteRules = () => [...more, ...(rules.noteRules?.() ?? []), section];
        const heard = this.#fit(excerpt(song, 0, given)).ids.length;
        const around = { notes: this.#read(song), isGiven, from };
        const listener = listenerOf(vocabulary, grammar, { ...rules, ...ownRules, noteRules, around, prime: heard });
        // Each stretch of a song has draws of its own.
        const own = hash(seed, ++stretches);
        // What was written before had its noise when it was written.
        const { noise } = this.#tools;
        const later = noise && { ...noise, from: prime.length + noise.from };
        const drafts = await this.#sample({
          ...{ songs: 1, takes, length: prime.length + length, seed: own, prime, until, listener },
          noise: later,
        });
        const made = drafts.map(({ tokens, trace, isStuck }) => {
          const piece = excerpt(grammar.decode(tokensOfIds(vocabulary, tokens)), from, until);
          // A single take is chosen at any cost.
          return { piece, trace, isStuck, cost: takes === 1 ? 0 : cost(piece) + (isStuck ? STUCK : 0) };
        });
        const { piece, trace, isStuck } = cheapest(made);
        written.rows.add(this.#named(trace), from, until);
        if (isStuck) written.stops += 1;
        return piece;
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
      cut() {
        written.stops += 1;
      },
    };
    return { writer, written };
  }

  /** A piece as a song, with how likely the model holds each of its tokens, and how each was written. */
  async #traced(piece: Piece, { rows, stops }: Written): Promise<Song> {
    const { grammar, vocabulary } = this.#tools;
    const tokens = grammar.encode(piece);
    const { ids: prime } = fitTokens(tokens, vocabulary, grammar);
    const [heard] = await this.#sample({ songs: 1, length: prime.length, seed: 1, prime });
    const probabilities = heard!.trace.map(({ probability }) => probability);
    const written = rows.of(tokensOfIds(vocabulary, prime));
    return { tokens, trace: written.map((row, at) => ({ ...row, probability: probabilities[at] })), stops };
  }

  /** The tokens of what a song has before a tick. Of times that are changed to the nearest that the model knows none leads behind it. */
  #heardBefore(song: Piece, from: number): number[] {
    const { vocabulary, grammar } = this.#tools;
    const reader = grammar.reader();
    const { ids } = this.#fit(excerpt(song, 0, from));
    const end = ids.findIndex((id) => {
      const { token } = vocabulary.entries[id]!;
      const start = reader.noteOf(token)?.start ?? 0;
      const isBehind = start >= from || reader.timeAfter(token) > from;
      reader.add(token);
      return isBehind;
    });
    return end < 0 ? ids : ids.slice(0, end);
  }

  /** The notes of a piece, in parts as a listener hears them while it is written. */
  #read(piece: Piece): Onset[] {
    const { grammar } = this.#tools;
    const reader = grammar.reader();
    return this.#encoded(piece).flatMap((token) => {
      const note = reader.noteOf(token);
      reader.add(token);
      return note ?? [];
    });
  }

  #encoded(piece: Piece): string[] {
    return notesOf(piece).length === 0 ? [] : this.#tools.grammar.encode(piece);
  }

  /** The tokens of any music, as near as the model knows them. */
  #fit(piece: Piece): ReturnType<typeof fitTokens> {
    return fitTokens(this.#encoded(piece), this.#tools.vocabulary, this.#tools.grammar);
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
