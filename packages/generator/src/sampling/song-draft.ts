import type { Random } from '@etude/music';
import { type Bending, UNBENT, weightsOf } from './distribution.js';
import type { Effect, HeardNote, Injections, SongSoFar, StateChange } from './effect.js';
import type { Constraint, Listener } from './listener.js';

/** How a token came into a song. */
export interface TokenTrace {
  readonly id: number;
  /** of the model, before anything bent it, 0 to 1; undefined for a first token that it had heard nothing before */
  readonly probability: number | undefined;
  /** whether it is of music that the user gave */
  readonly isGiven: boolean;
  /** tokens that were drawn before it and refused, because they made no sense or would have copied too much */
  readonly refused: number;
  /** rules that were given up here, because together they left nothing */
  readonly relaxed: readonly string[];
  /** what was injected here; empty for most */
  readonly disturbance: string;
}

export interface WritingOptions {
  /** tokens at most, those of the prime included */
  readonly length: number;
  /** token ids that the song begins with; they are part of it */
  readonly prime: readonly number[];
  /** weight of each token as the first one, where there is no prime and no `boundary` (V) */
  readonly firstToken: readonly number[];
  /** the token that stands between pieces: the model hears it before the first token, and the song ends where it would come */
  readonly boundary?: number | undefined;
  /** the song ends before the token that would bring it here, in the listener's ticks, and does not end by itself */
  readonly until?: number | undefined;
  /** where the song has its length, it goes on to the next bar line and so many bars more, its tokens at most doubled: ticks of a bar, bars */
  readonly closing?: { readonly bar: number; readonly bars: number } | undefined;
  readonly bending: Bending;
  /** what is injected into each song */
  readonly injections?: (() => Injections) | undefined;
  /** made for each song */
  readonly constraint?: (() => Constraint) | undefined;
  /**
   * what a listener refuses is drawn again; where it refuses all, its rules are given up in their order, then only the constraint and what it forbids count; a
   * song of which nothing is left that may follow ends there
   */
  readonly listener?: (() => Listener) | undefined;
}

/** A token that is not drawn. */
const SET = { probability: undefined, refused: 0, relaxed: [], disturbance: '' };
/** Notes that count as recent. */
const RECENT = 24;

/** A song while it is written. */
export class SongDraft {
  readonly tokens: number[] = [];
  readonly trace: TokenTrace[] = [];
  ended = false;
  /** the tick at which it ended on purpose: neither by itself nor because it had all of its tokens */
  endedAt: number | undefined;
  /** whether it ended because nothing was left that may follow */
  isStuck = false;
  /** what is to be done to the state before the next token; the sampler does it, and takes it away */
  stateChange: StateChange | undefined;
  readonly #random: Random;
  readonly #options: WritingOptions;
  readonly #listener: Listener | undefined;
  readonly #recent: HeardNote[] = [];
  readonly #constraint: Constraint | undefined;
  #until: number | undefined;
  readonly #injections: Injections | undefined;
  /** what acts on the song, by kind */
  readonly #effects = new Map<string, Effect>();
  /** the song as they see it, made once */
  #soFar: SongSoFar | undefined;
  /** those that act on the next token */
  #acting: readonly Effect[] = [];
  /** what may come next by the grammar, told anew for each token */
  #may: (id: number) => boolean = () => true;

  constructor(random: Random, options: WritingOptions) {
    this.#random = random;
    this.#options = options;
    this.#constraint = options.constraint?.();
    this.#listener = options.listener?.();
    this.#until = options.until;
    if (options.until !== undefined) this.#listener?.endsAt?.(options.until);
    this.#injections = options.injections?.();
  }

  /** The token that the model hears next; of a song that has ended, any. */
  get last(): number {
    return this.tokens.at(-1) ?? 0;
  }

  /** Numbers from a normal distribution, for what is done to the state. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random.next())) * Math.cos(2 * Math.PI * this.#random.next());
  }

  /** Adds the first token, without having heard anything. */
  begin(): void {
    const [given] = this.#options.prime;
    const first = given ?? this.#drawFirst();
    this.#add(first, { ...SET, isGiven: given !== undefined || this.#listener?.isGiven(first) === true });
  }

  #drawFirst(): number {
    const { firstToken } = this.#options;
    const fine = firstToken.map((weight, id) => (this.#listener?.allows(id, 0) === false ? 0 : weight));
    return draw(fine, this.#random) ?? draw(firstToken, this.#random)!;
  }

  /** Adds the next token. What the prime says is not drawn, but the model has to hear it. */
  go(logits: Float32Array): void {
    if (this.ended) return;
    const at = this.tokens.length;
    const { prime, boundary, bending, until } = this.#options;
    if (at < prime.length) {
      this.#add(prime[at]!, { ...SET, isGiven: true, probability: probabilityOf(logits, prime[at]!) });
      return;
    }
    const allowed = this.#constraint?.allowed();
    const may = (id: number) =>
      (id === boundary ? at > 0 && until === undefined && this.#listener?.mayEnd?.() !== false : true) &&
      (allowed === undefined || allowed[id] === true);
    this.#may = may;
    let disturbance = this.#inject(logits.length);
    this.#acting = [...this.#effects.values()].filter((effect) => !effect.isOver());
    const temperature = this.#acting.reduce(
      (product, effect) => product * (effect.temperature ?? 1),
      bending.temperature,
    );
    let { id, refused, relaxed } = this.#accepted(logits, { ...bending, temperature }, may);
    const label = disturbance;
    let isGiven = false;
    for (const effect of this.#acting) {
      const other = effect.inPlaceOf?.(id);
      if (other === undefined) continue;
      ({ id, isGiven } = other);
      if (isGiven) [refused, relaxed] = [0, []];
      disturbance = [label, other.label].filter(Boolean).join('+');
    }
    if (id === undefined) {
      this.#stop();
      return;
    }
    if (id === boundary) {
      this.ended = true;
      return;
    }
    if (this.#until !== undefined && (this.#listener?.timeAfter(id) ?? 0) >= this.#until) {
      this.ended = true;
      this.endedAt = this.#until;
      return;
    }
    isGiven ||= this.#listener?.isGiven(id) === true;
    this.#add(id, { probability: probabilityOf(logits, id), isGiven, refused, relaxed, disturbance });
    if (this.tokens.length >= this.#options.length) this.#close();
  }

  /** Ends the song where nothing may follow: with a bar line, where it would end with one. */
  #stop(): void {
    const { closing } = this.#options;
    this.ended = true;
    this.isStuck = true;
    if (closing === undefined || this.#listener === undefined) return;
    this.endedAt = this.#until ?? (Math.floor(this.#listener.now() / closing.bar) + 1) * closing.bar;
  }

  #close(): void {
    const { closing, length } = this.#options;
    if (closing === undefined || this.#listener === undefined || this.tokens.length >= 2 * length) this.ended = true;
    else if (this.#until === undefined) {
      const { bar, bars } = closing;
      this.#until = (Math.ceil(this.#listener.now() / bar) + bars) * bar;
      this.#listener.endsAt?.(this.#until);
    }
  }

  /**
   * The first token that the listener does not refuse: drawn again and again, then from all that may come at all, since what the bending
   * left out is better than to break a rule; then with one rule less, and one more.
   */
  #accepted(
    logits: Float32Array,
    bending: Bending,
    may: (id: number) => boolean,
  ): { id: number | undefined; refused: number; relaxed: readonly string[] } {
    const listener = this.#listener;
    const weights = weightsOf(logits, bending, may, this.tokens);
    const first = draw(weights, this.#random);
    if (listener === undefined || first === undefined) return { id: first, refused: 0, relaxed: [] };
    const { boundary } = this.#options;
    const refused = new Set<number>();
    // What effects refuse is given up first, also where there are no rules.
    for (let relaxed = 0; relaxed <= Math.max(1, listener.rules.length); relaxed++) {
      for (const unbent of [false, true]) {
        let left = weights;
        let drawn: number | undefined = first;
        if (unbent || relaxed > 0) {
          left = weightsOf(logits, unbent ? UNBENT : bending, may, this.tokens);
          drawn = draw(left, this.#random);
        }
        for (; drawn !== undefined; drawn = draw(left, this.#random)) {
          const id = this.#insteadOf(drawn, logits, may, relaxed) ?? drawn;
          if (id === boundary || (listener.allows(id, relaxed) && (relaxed > 0 || !this.#isRefused(id)))) {
            return { id, refused: refused.size, relaxed: listener.rules.slice(0, relaxed) };
          }
          refused.add(drawn);
          left[drawn] = 0;
        }
      }
    }
    return { id: listener.forbids(first) ? undefined : first, refused: refused.size, relaxed: listener.rules };
  }

  /** What has to come in place of a token, as the model would have it. */
  #insteadOf(drawn: number, logits: Float32Array, may: (id: number) => boolean, relaxed: number): number | undefined {
    const listener = this.#listener!;
    const fit = listener.insteadOf?.(drawn).filter((id) => may(id) && listener.allows(id, relaxed)) ?? [];
    if (fit.length < 2) return fit[0];
    return draw(
      weightsOf(logits, UNBENT, (id) => fit.includes(id), this.tokens),
      this.#random,
    );
  }

  #isRefused(id: number): boolean {
    return this.#acting.some((effect) => effect.refuses?.(id) === true);
  }

  /** Begins what is due; in words for the trace. */
  #inject(vocabulary: number): string {
    if (this.#injections === undefined) return '';
    this.#soFar ??= this.#view(vocabulary);
    const injected = this.#injections.next(this.#soFar);
    if (injected === undefined) return '';
    const { kind, effect } = injected;
    this.#effects.set(kind, effect);
    if (effect.state !== undefined) this.stateChange = effect.state;
    return effect.label ?? '';
  }

  #view(vocabulary: number): SongSoFar {
    const [listener, recentNotes] = [this.#listener, this.#recent];
    return {
      tokens: this.tokens,
      recentNotes,
      get now() {
        return listener?.now() ?? 0;
      },
      noteOf: (id) => listener?.noteOf(id),
      onsetOf: (id) => listener?.onsetOf(id),
      isPossible: (id) => this.#may(id),
      allowsGiven: (id) => listener?.allows(id, Number.POSITIVE_INFINITY, true) !== false,
      obeysRules: (id) => listener?.allows(id, 0) !== false,
      drawWhere: (test) => {
        const weights = Array.from({ length: vocabulary }, (_, id) => (test(id) ? 1 : 0));
        return weights.includes(1) ? draw(weights, this.#random) : undefined;
      },
    };
  }

  #add(id: number, trace: Omit<TokenTrace, 'id'>): void {
    this.tokens.push(id);
    this.trace.push({ id, ...trace });
    const note = this.#listener?.noteOf(id);
    if (note !== undefined && this.#recent.push(note) > RECENT) this.#recent.shift();
    this.#listener?.add(id, trace.isGiven);
    this.#constraint?.add(id);
  }
}

/** The share of a token in softmax(logits). */
function probabilityOf(logits: Float32Array, id: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > highest) highest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  return Math.exp(logits[id]! - highest) / sum;
}

/** An index drawn with a probability in proportion to its weight; undefined where none has any. */
function draw(weights: ArrayLike<number>, random: Random): number | undefined {
  let total = 0;
  for (let index = 0; index < weights.length; index++) total += weights[index]!;
  let left = random.next() * total;
  let last: number | undefined;
  for (let index = 0; index < weights.length; index++) {
    if (weights[index]! <= 0) continue;
    last = index;
    left -= weights[index]!;
    if (left < 0) return index;
  }
  // Only rounding leads here: the last index that has any weight.
  return last;
}
