import type { ScoreFollower } from './follower.js';
import type { ScoreToken } from './tokens.js';

/**
 * Holds a song to the end that it says at its beginning: as many whole bars as it has, of which an upbeat takes its length from the last. Lengths
 * have to lead there exactly, and nothing begins behind it.
 */
export class SaidEnd {
  readonly #follower: ScoreFollower;
  readonly #lengths: readonly number[];
  /** whether the lengths that are known can fill as many steps */
  readonly #fills: boolean[] = [true];
  #end: number | undefined;

  /** @param lengths that are known, in steps */
  constructor(lengths: readonly number[], follower: ScoreFollower) {
    this.#lengths = lengths;
    this.#follower = follower;
  }

  allows(token: ScoreToken): boolean {
    const end = this.#reachable;
    if (end === undefined) return true;
    const { now, open } = this.#follower;
    if (token.kind === 'duration') return this.#canFill(end - now - token.steps);
    if (token.kind === 'part' || token.kind === 'voice') return this.#canFill(end - this.#follower.lastStart);
    return now < end || open !== undefined;
  }

  /** Whether the song is there; undefined where it does not say its end, or is already past it. */
  get isReached(): boolean | undefined {
    const end = this.#reachable;
    return end === undefined ? undefined : this.#follower.now === end;
  }

  get #reachable(): number | undefined {
    const { bars, barLength, voices, now } = this.#follower;
    if (bars === 0 || voices.length === 0) return undefined;
    // Metres that come later change nothing: bars are counted in the first one.
    this.#end ??= bars * barLength;
    return this.#canFill(this.#end - now) ? this.#end : undefined;
  }

  #canFill(steps: number): boolean {
    for (let sum = this.#fills.length; sum <= steps; sum++) {
      this.#fills.push(this.#lengths.some((length) => this.#fills[sum - length] === true));
    }
    return this.#fills[steps] === true;
  }
}
