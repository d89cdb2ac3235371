import { firstExcess, type Onset } from '@etude/measures';
import { type Kernels, type Model, meanLoss, onlyHeard } from '@etude/model';
import { excerpt, hash, notesOf, type Piece } from '@etude/music';
import type { TensorFlow } from '@etude/tensorflow';
import { conditionRows, encoderOf, fitMusic, type Grammar, tokensOfIds, type Vocabulary } from '@etude/tokenizer';
import { type SamplingOptions, type SamplingProgress, sample, type WrittenSong } from '../sampling/sample-songs.js';
import type { TokenTrace } from '../sampling/song-draft.js';
import { type Cadence, dominantFrom, type Ending, type EndingJudge, withTonic } from './endings/cadence.js';
import type { BarWriter, Section } from './form/form.js';
import type { LearnedMusic } from './learned-music.js';
import { injections, type Noise } from './noise/schedule.js';
import { listenerOf, type SongRules } from './rules/listener.js';
import type { NoteRule } from './rules/note-rule.js';
import { type Judged, likeliestOf, middleOf, surpriseOf } from './takes/choose.js';
import { BROKEN_OFF, type Faults } from './takes/faults.js';
import type { TraceRow } from './trace.js';
import { TraceRows } from './trace-rows.js';

/** A song as it was written: its tokens, and a row of the trace for each that the model heard. */
export interface Song {
  readonly tokens: readonly string[];
  readonly trace: readonly TraceRow[];
  /** of a song in a form */
  readonly sections?: readonly Section[];
  /** how often the model could not go on, or was stopped, since all that might follow would have copied too much */
  readonly stops: number;
}

/** One of the times that a song was written. */
interface Take extends Judged {
  readonly piece: Piece;
  readonly trace: readonly TokenTrace[];
  /** whether its ending changed it */
  readonly isChanged: boolean;
  readonly stops: number;
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
  readonly learned: LearnedMusic;
  readonly faultsOf: Faults;
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
   * Songs that go on from a beginning: of each the take with the fewest faults and a middling likelihood, or, round a given voice, the likeliest.
   * @param until the tick at which they end with a given voice
   * @param bars how many they have behind an upbeat of so many ticks; without both they end after their length, or by themselves
   */
  async songs(
    wanted: {
      count: number;
      beginning: readonly string[];
      seed: number;
      until?: number | undefined;
      bars?: number | undefined;
      upbeat?: number | undefined;
    },
    onProgress: (progress: SamplingProgress) => void,
  ): Promise<Song[]> {
    const { vocabulary, grammar, rules, takes, length, ending, cadence, bar } = this.#tools;
    const { count, seed, bars, upbeat = 0 } = wanted;
    const prime = [...encoderOf(vocabulary)(wanted.beginning)];
    const isOpen = wanted.until === undefined && ending !== 'cut';
    const hasCadence = isOpen && ending === 'cadence' && bars !== 1;
    // The tonic is a bar of its own.
    const until = bars === undefined ? wanted.until : upbeat + (bars - (hasCadence ? 1 : 0)) * bar;
    const listener = listenerOf(vocabulary, grammar, {
      ...{ ...rules, prime: prime.length },
      ...(hasCadence && { ending: (endsAt) => dominantFrom(() => endsAt() - bar / 2, cadence) }),
    });
    const closing = isOpen ? { bar, bars: hasCadence ? 1 : 0 } : undefined;
    const options = { takes, length, prime, listener, until, closing };
    const written = await this.#sample({ ...options, songs: count, seed }, onProgress);
    const choose = rules.voice ? likeliestOf : middleOf;
    return Array.from({ length: count }, (_, song) => {
      const drafts = written.slice(song * takes, (song + 1) * takes);
      return this.#asSong(choose(drafts.map((take) => this.#ended(take, hasCadence))));
    });
  }

  /** A take with its ending, and what it costs to choose it. */
  #ended({ tokens, trace, endedAt, isStuck }: WrittenSong, hasCadence: boolean): Take {
    const { vocabulary, grammar, faultsOf, cadence, bar } = this.#tools;
    let piece = grammar.decode(tokensOfIds(vocabulary, tokens));
    if (endedAt !== undefined) piece = excerpt(piece, 0, endedAt);
    if (endedAt !== undefined && hasCadence) piece = withTonic(piece, { song: endedAt, bar }, cadence, this.#judge);
    const excess = this.#judge.excessOf(piece, this.#givenOf(trace));
    if (excess !== undefined) piece = excerpt(piece, 0, excess.at);
    const stops = Number(isStuck) + Number(excess !== undefined);
    const faults = faultsOf(piece) + (stops > 0 ? BROKEN_OFF : 0);
    const isChanged = endedAt !== undefined || excess !== undefined;
    return { piece, trace, isChanged, stops, faults, surprise: surpriseOf(trace) };
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
    const { rules, vocabulary, grammar, learned } = this.#tools;
    return {
      excessOf(piece, isGiven) {
        if (rules.copies.length === 0 || notesOf(piece).length === 0) return undefined;
        const notes = notesOf(grammar.decode(grammar.encode(piece)));
        return firstExcess(notes, rules.copies, isGiven);
      },
      knows: (piece) => {
        try {
          fitMusic(piece, vocabulary, grammar);
          return notesOf(piece).every((note) => learned.isInRange(note));
        } catch {
          return false;
        }
      },
    };
  }

  /** A song that is written bar by bar. */
  async inForm(
    { seed, song, bars }: { seed: number; song: number; bars: number },
    write: (seed: number, bars: BarWriter) => Promise<Piece>,
  ): Promise<Song> {
    const own = hash(seed, song);
    const { writer, written } = this.#bars(own, bars);
    return this.#traced(await write(own, writer), written);
  }

  /**
   * What writes the bars of one song, and how it wrote them.
   * @param bars of all of it
   */
  #bars(seed: number, bars: number): { writer: BarWriter; written: Written } {
    const { tf, kernels, model, vocabulary, grammar, rules, takes, length, bar } = this.#tools;
    const fit = (piece: Piece) => this.#fit(piece, bars);
    let stretches = 0;
    const written: Written = { rows: new TraceRows(grammar), stops: 0 };
    const writer: BarWriter = {
      ...this.#judge,
      ...{ division: grammar.division, bar },
      write: async ({ song, isGiven, given, from, until, surprise, rules: more = [] }) => {
        const prime = this.#heardBefore(song, from, bars);
        const section: NoteRule = { name: 'section', allows: ({ start }) => start >= from };
        const noteRules = () => [...more, ...(rules.noteRules?.() ?? []), section];
        const heard = fit(excerpt(song, 0, given)).ids.length;
        const around = { notes: this.#read(song), isGiven, from };
        const listener = listenerOf(vocabulary, grammar, { ...rules, noteRules, around, prime: heard });
        // Each stretch of a song has draws of its own.
        const own = hash(seed, ++stretches);
        // What was written before had its noise when it was written.
        const { noise } = this.#tools;
        const later = noise && { ...noise, from: from + noise.from };
        const drafts = await this.#sample({
          ...{ songs: 1, takes, length: prime.length + length, seed: own, prime, until, listener },
          noise: later,
        });
        const made = drafts.map(({ tokens, trace, isStuck }) => {
          const piece = excerpt(grammar.decode(tokensOfIds(vocabulary, tokens)), from, until);
          const faults = isStuck ? BROKEN_OFF : 0;
          // A single take is chosen whatever it is.
          const nats = takes === 1 ? 0 : (surprise?.(piece) ?? surpriseOf(trace.slice(prime.length)));
          return { piece, trace, isStuck, faults, surprise: nats };
        });
        const { piece, trace, isStuck } = (surprise ? likeliestOf : middleOf)(made);
        written.rows.add(this.#named(trace), from, until);
        if (isStuck) written.stops += 1;
        return piece;
      },
      surprise: (piece, from) => {
        const heard = fit(excerpt(piece, 0, from)).ids.length;
        const all = fit(piece).ids;
        if (all.length <= heard) return 0;
        const ids = Int32Array.from(all, (id, at) => (at < heard ? onlyHeard(id) : id));
        const rows = conditionRows(grammar, model.shape.conditions?.fields)?.of(tokensOfIds(vocabulary, all));
        return meanLoss({ tf, kernels }, model, [{ ids, rows }], 256);
      },
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
    const { ids: prime } = this.#fit(piece);
    const [heard] = await this.#sample({ songs: 1, length: prime.length, seed: 1, prime });
    const probabilities = heard!.trace.map(({ probability }) => probability);
    const written = rows.of(tokensOfIds(vocabulary, prime));
    return { tokens, trace: written.map((row, at) => ({ ...row, probability: probabilities[at] })), stops };
  }

  /** The tokens of what a song has before a tick. Of times that are changed to the nearest that the model knows none leads behind it. */
  #heardBefore(song: Piece, from: number, bars: number): number[] {
    const { vocabulary, grammar } = this.#tools;
    const reader = grammar.reader();
    const { ids } = this.#fit(excerpt(song, 0, from), bars);
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

  /**
   * The tokens of any music, as near as the model knows them.
   * @param bars of the song that it is the beginning of
   */
  #fit(piece: Piece, bars?: number): ReturnType<typeof fitMusic> {
    const { vocabulary, grammar } = this.#tools;
    if (notesOf(piece).length === 0) return { ids: [], changed: 0, leftOut: 0 };
    return fitMusic(piece, vocabulary, grammar, { bars });
  }

  #sample(
    { noise = this.#tools.noise, ...options }: SampleWanted,
    onProgress: (progress: SamplingProgress) => void = () => {},
  ): Promise<WrittenSong[]> {
    const { tf, kernels, model, options: common, signal } = this.#tools;
    const injected = noise && { injections: () => injections(noise) };
    return sample({ tf, kernels }, model, { ...common, ...injected, ...options }, { signal, onProgress });
  }
}
