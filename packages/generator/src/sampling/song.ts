import type { Random } from '@etude/music';
import { type Bending, UNBENT, weightsOf } from './distribution.js';
import { type Disturbance, goesInCircles, type Noise, type StrangeNote } from './noise.js';

/** What may come next in a song, told by a state that its tokens lead to. */
export interface Constraint {
  readonly start: string;
  /** for each token whether it may follow (V) */
  allowed(state: string): ArrayLike<boolean>;
  /** where an allowed token leads */
  follow(state: string, id: number): string;
}

/** A note, as far as noise has to know it. */
export interface HeardNote {
  /** 0 to 127 */
  readonly key: number;
  /** which of the instruments, as numbers that differ */
  readonly voice: number;
}

/** Hears a song as music while it is written. */
export interface Listener {
  /** the note that a token would begin; undefined where it begins none */
  noteOf(id: number): HeardNote | undefined;
  /** the tick at which a note begins with a token or has to begin after it; undefined where it says neither */
  onsetOf(id: number): number | undefined;
  /** ticks from the beginning at which the song stands */
  now(): number;
  /** what can be given up, and in which order, where all of it together leaves no token */
  readonly rules: readonly string[];
  /** Whether a token may come next, by all that the song has so far, with the first `relaxed` rules given up. */
  allows(id: number, relaxed: number): boolean;
  /** Tokens of which one has to come where a token was drawn that would pass them by; none for most. */
  insteadOf?(id: number): readonly number[];
  /** Ticks from the beginning of the song at which it stands after a token. */
  timeAfter(id: number): number;
  /** What the weight of a token is multiplied by, above 0. */
  preference(id: number): number;
  add(id: number): void;
  /** Hears at which tick the song will end. */
  endsAt?(tick: number): void;
}

/** How a token came into a song. */
export interface TokenTrace {
  readonly id: number;
  /** of the model, before anything bent it, 0 to 1; undefined for a first token that it had heard nothing before */
  readonly probability: number | undefined;
  /** tokens that were drawn before it and refused, because they made no sense or would have copied too much */
  readonly refused: number;
  /** rules that were given up here, because together they left nothing */
  readonly relaxed: readonly string[];
  /** what was thrown in here; empty for most */
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
  readonly noise?: Noise | undefined;
  readonly constraint?: Constraint | undefined;
  /** what a listener refuses is drawn again; where it refuses all, its rules are given up in their order, then only the constraint counts */
  readonly listener?: (() => Listener) | undefined;
}

/** A leap that surprises, in semitones. */
const LEAP = 7;
/** A token that is not drawn. */
const GIVEN = { probability: undefined, refused: 0, relaxed: [], disturbance: '' };
/** Notes whose pitches and instruments are of late. */
const RECENT = 24;

/** A song while it is written. */
export class Song {
  readonly tokens: number[] = [];
  readonly trace: TokenTrace[] = [];
  ended = false;
  /** the tick at which it ended on purpose: neither by itself nor because it had all of its tokens */
  endedAt: number | undefined;
  /** what is to be done to the state before the next token; the sampler does it, and takes it away */
  disturbState: Extract<Disturbance, { kind: 'state' | 'swap' }> | undefined;
  readonly #random: Random;
  readonly #options: WritingOptions;
  readonly #listener: Listener | undefined;
  readonly #recent: HeardNote[] = [];
  #state: string;
  #until: number | undefined;
  #disturbances = 0;
  #disturbedAt = 0;
  #disturbedTick = 0;
  #hot: { factor: number; until: number } | undefined;
  #strange: { count: number; pick: StrangeNote } | undefined;
  #restUntil = 0;
  #theme: readonly number[] = [];

  constructor(random: Random, options: WritingOptions) {
    this.#random = random;
    this.#options = options;
    this.#state = options.constraint?.start ?? '';
    this.#listener = options.listener?.();
    this.#until = options.until;
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
    this.#add(this.#options.prime[0] ?? this.#drawFirst(), GIVEN);
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
    const { prime, boundary, constraint, bending, until } = this.#options;
    if (at < prime.length) {
      this.#add(prime[at]!, { ...GIVEN, probability: probabilityOf(logits, prime[at]!) });
      return;
    }
    const disturbance = this.#disturb();
    const allowed = constraint?.allowed(this.#state);
    const may = (id: number) =>
      (id === boundary ? at > 0 && until === undefined : true) && (allowed === undefined || allowed[id] === true);
    const hot = this.#hot && at < this.#hot.until ? this.#hot.factor : 1;
    const weights = weightsOf(logits, { ...bending, temperature: bending.temperature * hot }, may, this.tokens);
    let { id, refused, relaxed } = this.#unrefused(weights, logits, may);
    let thrown = disturbance;
    // What of a theme makes no sense here is left out: a key that is down already is not struck.
    const theme = this.#theme.findIndex(
      (next) => may(next) && this.#listener?.allows(next, Number.POSITIVE_INFINITY) !== false,
    );
    if (this.#theme.length > 0) {
      if (theme >= 0) {
        [id, refused, relaxed] = [this.#theme[theme], 0, []];
        thrown = [disturbance, 'theme'].filter(Boolean).join('+');
      }
      this.#theme = theme < 0 ? [] : this.#theme.slice(theme + 1);
    }
    if (this.#strange && id !== undefined && this.#listener?.noteOf(id) !== undefined) {
      const strange = this.#strangeNote(may, logits.length, this.#strange.pick);
      if (strange !== undefined) {
        id = strange;
        this.#strange = this.#strange.count > 1 ? { ...this.#strange, count: this.#strange.count - 1 } : undefined;
        thrown = [disturbance, 'note'].filter(Boolean).join('+');
      }
    }
    if (id === undefined || id === boundary) {
      this.ended = true;
      return;
    }
    if (this.#until !== undefined && (this.#listener?.timeAfter(id) ?? 0) >= this.#until) {
      this.ended = true;
      this.endedAt = this.#until;
      return;
    }
    this.#add(id, { probability: probabilityOf(logits, id), refused, relaxed, disturbance: thrown });
    if (this.tokens.length >= this.#options.length) this.#close();
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
  #unrefused(
    weights: Float64Array,
    logits: Float32Array,
    may: (id: number) => boolean,
  ): { id: number | undefined; refused: number; relaxed: readonly string[] } {
    const listener = this.#listener;
    const first = draw(listener ? this.#preferred(weights) : weights, this.#random);
    if (listener === undefined || first === undefined) return { id: first, refused: 0, relaxed: [] };
    const { boundary } = this.#options;
    const refused = new Set<number>();
    for (let relaxed = 0; relaxed <= listener.rules.length; relaxed++) {
      for (const unbent of [false, true]) {
        let left = weights;
        let drawn: number | undefined = first;
        if (unbent || relaxed > 0) {
          left = this.#preferred(weightsOf(logits, unbent ? UNBENT : this.#options.bending, may, this.tokens));
          drawn = draw(left, this.#random);
        }
        for (; drawn !== undefined; drawn = draw(left, this.#random)) {
          const id = this.#insteadOf(drawn, logits, may, relaxed) ?? drawn;
          if (id === boundary || (listener.allows(id, relaxed) && (relaxed > 0 || !this.#isInRest(id)))) {
            return { id, refused: refused.size, relaxed: listener.rules.slice(0, relaxed) };
          }
          refused.add(drawn);
          left[drawn] = 0;
        }
      }
    }
    return { id: first, refused: refused.size, relaxed: listener.rules };
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

  #isInRest(id: number): boolean {
    return this.#restUntil > 0 && (this.#listener?.onsetOf(id) ?? Number.POSITIVE_INFINITY) < this.#restUntil;
  }

  /** Weights with what the listener would rather have, in place. */
  #preferred(weights: Float64Array): Float64Array {
    const { boundary } = this.#options;
    for (let id = 0; id < weights.length; id++) {
      if (weights[id]! > 0 && id !== boundary) weights[id]! *= this.#listener!.preference(id);
    }
    return weights;
  }

  /** Begins what is to be thrown in here, if it is time; in words for the trace. */
  #disturb(): string {
    const { noise } = this.#options;
    const at = this.tokens.length;
    if (noise === undefined || at < noise.from || noise.disturbances.length === 0) return '';
    const now = this.#listener?.now() ?? 0;
    const isFirst = this.#disturbances === 0;
    const due =
      noise.everyTicks !== undefined
        ? isFirst || now - this.#disturbedTick >= noise.everyTicks
        : noise.every !== undefined
          ? isFirst || at - this.#disturbedAt >= noise.every
          : goesInCircles(this.tokens, this.#disturbedAt);
    if (!due) return '';
    const disturbance = noise.disturbances[this.#disturbances % noise.disturbances.length]!;
    this.#disturbances += 1;
    this.#disturbedAt = at;
    this.#disturbedTick = now;
    switch (disturbance.kind) {
      case 'temperature':
        this.#hot = { factor: disturbance.factor, until: at + disturbance.tokens };
        return `temperature ${disturbance.factor}`;
      case 'notes':
        this.#strange = { count: disturbance.count, pick: disturbance.pick ?? 'any' };
        return '';
      case 'rest':
        this.#restUntil = now + disturbance.ticks;
        return 'rest';
      case 'theme':
        this.#theme = disturbance.tokens;
        return '';
      case 'state':
        this.disturbState = disturbance;
        return `state ${disturbance.scale}`;
      case 'swap':
        this.disturbState = disturbance;
        return 'swap';
    }
  }

  #strangeNote(may: (id: number) => boolean, count: number, pick: StrangeNote): number | undefined {
    const classes = new Set(this.#recent.map(({ key }) => key % 12));
    const voices = new Set(this.#recent.map(({ voice }) => voice));
    const last = this.#recent.at(-1);
    const isStrange = ({ key, voice }: HeardNote) => {
      const leaps = last !== undefined && Math.abs(key - last.key) >= LEAP;
      const isNew = !classes.has(key % 12);
      return pick === 'leap'
        ? leaps
        : pick === 'pitch'
          ? isNew
          : pick === 'entry'
            ? !voices.has(voice)
            : leaps || isNew;
    };
    const strange = Array.from({ length: count }, (_, id) => {
      const note = may(id) ? this.#listener!.noteOf(id) : undefined;
      return note !== undefined && this.#listener!.allows(id, 0) && isStrange(note) ? 1 : 0;
    });
    return strange.includes(1) ? draw(strange, this.#random) : undefined;
  }

  #add(id: number, trace: Omit<TokenTrace, 'id'>): void {
    this.tokens.push(id);
    this.trace.push({ id, ...trace });
    const note = this.#listener?.noteOf(id);
    if (note !== undefined && this.#recent.push(note) > RECENT) this.#recent.shift();
    this.#listener?.add(id);
    if (this.#options.constraint) this.#state = this.#options.constraint.follow(this.#state, id);
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
