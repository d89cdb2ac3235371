import { GrammarError } from '../grammar.js';
import type { ScoreToken } from './tokens.js';

type OfKind<Kind> = Extract<ScoreToken, { kind: Kind }>;
type KeyToken = Omit<OfKind<'key'>, 'kind'>;

/** The tokens that a vocabulary has, and what they make of music that has others. */
export class KnownTokens {
  readonly #tokens: readonly ScoreToken[];
  /** steps, rising */
  readonly #lengths: readonly number[];

  constructor(tokens: readonly ScoreToken[]) {
    this.#tokens = tokens;
    this.#lengths = this.ofKind('duration')
      .map(({ steps }) => steps)
      .sort((a, b) => a - b);
  }

  ofKind<Kind extends ScoreToken['kind']>(kind: Kind): OfKind<Kind>[] {
    return this.#tokens.flatMap((token) => (token.kind === kind ? [token as OfKind<Kind>] : []));
  }

  has({ numerator, denominator }: OfKind<'metre'>): boolean {
    return this.ofKind('metre').some((metre) => metre.numerator === numerator && metre.denominator === denominator);
  }

  /** Steps of the shortest length. */
  get shortest(): number {
    return this.#lengths[0] ?? 0;
  }

  /** The longest length that is no longer than a note; the shortest where it is shorter than all. */
  length(steps: number): number {
    return this.#lengths.findLast((length) => length <= steps) ?? this.#lengths[0] ?? steps;
  }

  /** @throws {GrammarError} where all lengths are longer than a rest */
  rest(steps: number): number {
    const length = this.length(steps);
    if (length <= steps) return length;
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
