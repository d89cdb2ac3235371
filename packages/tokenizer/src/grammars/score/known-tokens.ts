import { GrammarError } from '../grammar.js';
import { KnownLengths } from './known-lengths.js';
import type { ScoreToken } from './tokens.js';

type OfKind<Kind> = Extract<ScoreToken, { kind: Kind }>;
type KeyToken = Omit<OfKind<'key'>, 'kind'>;

/** The tokens that a vocabulary has, and what they make of music that has others. */
export class KnownTokens {
  readonly #tokens: readonly ScoreToken[];
  readonly #lengths: KnownLengths;

  constructor(tokens: readonly ScoreToken[]) {
    this.#tokens = tokens;
    this.#lengths = new KnownLengths(this.ofKind('duration').map(({ steps }) => steps));
  }

  ofKind<Kind extends ScoreToken['kind']>(kind: Kind): OfKind<Kind>[] {
    return this.#tokens.flatMap((token) => (token.kind === kind ? [token as OfKind<Kind>] : []));
  }

  /** Whether a part, counted from 1, may have a second voice. */
  mayDivide(part: number): boolean {
    return this.ofKind('voice').some((voice) => voice.part === part);
  }

  has({ numerator, denominator }: OfKind<'metre'>): boolean {
    return this.ofKind('metre').some((metre) => metre.numerator === numerator && metre.denominator === denominator);
  }

  /** Steps of the shortest length. */
  get shortest(): number {
    return this.#lengths.all[0] ?? 0;
  }

  /**
   * The longest length that is no longer than a note and behind which the lengths lead on to what comes next; the shortest where it is shorter than all.
   * @param restAfter steps of the rest behind a note of so many steps, 0 where there is none; less where the next note would have begun
   */
  length(steps: number, restAfter: (length: number) => number): number {
    const { all } = this.#lengths;
    const leadsOn = (length: number) => {
      const rest = restAfter(length);
      return rest >= 0 && this.#lengths.canFill(rest);
    };
    const fitting = all.filter(leadsOn);
    const longest = (lengths: readonly number[]) => lengths.findLast((length) => length <= steps) ?? lengths[0];
    return longest(fitting) ?? longest(all) ?? steps;
  }

  /**
   * The longest length with which a rest can begin that lasts for so many steps, or nearly.
   * @throws {GrammarError} where all lengths are longer than it
   */
  rest(steps: number): number {
    const filled = this.#lengths.filled(steps);
    const length = this.#lengths.all.findLast((each) => each <= filled && this.#lengths.canFill(filled - each));
    if (length !== undefined) return length;
    throw new GrammarError(
      `the music learned from has no length below ${this.shortest} steps, and a rest would last ${steps}: extract-track.quantize makes music coarser`,
    );
  }

  /** The signature of the same mode that is nearest, in fifths; else any that is. */
  nearestKey(wanted: KeyToken): KeyToken {
    const differs = ({ sharps, tonic }: KeyToken) =>
      Math.abs(sharps - wanted.sharps) + (tonic === wanted.tonic ? 0 : 100);
    return nearest(this.ofKind('key'), differs) ?? wanted;
  }

  /** undefined where there is none */
  nearestVelocity(wanted: number): number | undefined {
    return nearest(this.ofKind('velocity'), ({ velocity }) => Math.abs(velocity - wanted))?.velocity;
  }

  nearestBars(wanted: number): number {
    return nearest(this.ofKind('bars'), ({ count }) => Math.abs(count - wanted))?.count ?? wanted;
  }

  /** @throws {GrammarError} where there is no such metre */
  checkMetre(numerator: number, denominator: number): void {
    if (this.has({ kind: 'metre', numerator, denominator })) return;
    const has = this.ofKind('metre').map((metre) => `${metre.numerator}/${metre.denominator}`);
    throw new GrammarError(
      `the music learned from has no metre of ${numerator}/${denominator}; it has: ${has.join(', ')}`,
    );
  }

  /** @throws {GrammarError} where no piece begins with such an upbeat */
  checkUpbeat(wanted: number): void {
    if (this.ofKind('upbeat').some(({ steps }) => steps === wanted)) return;
    throw new GrammarError(`the music learned from has no upbeat of ${wanted} steps`);
  }
}

function nearest<T>(all: readonly T[], distance: (each: T) => number): T | undefined {
  return all.reduce<T | undefined>((best, each) => {
    return best === undefined || distance(each) < distance(best) ? each : best;
  }, undefined);
}
