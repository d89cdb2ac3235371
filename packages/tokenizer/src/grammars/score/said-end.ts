import type { ScoreFollower } from './follower.js';
import { KnownLengths } from './known-lengths.js';
import type { ScoreToken } from './tokens.js';

/**
 * Holds a song to the end that it says at its beginning: as many whole bars as it has, of which an upbeat takes its length from the last. Lengths
 * have to lead there exactly, and nothing begins behind it.
 */
export class SaidEnd {
  readonly #follower: ScoreFollower;
  readonly #lengths: KnownLengths;
  #end: number | undefined;

  /** @param lengths that are known, in steps */
  constructor(lengths: readonly number[], follower: ScoreFollower) {
    this.#lengths = new KnownLengths(lengths);
    this.#follower = follower;
  }

  allows(token: ScoreToken): boolean {
    const end = this.#reachable;
    if (end === undefined) return true;
    const { now, open } = this.#follower;
    if (token.kind === 'duration') return this.#lengths.canFill(end - now - token.steps);
    if (token.kind === 'part' || token.kind === 'voice') return this.#lengths.canFill(end - this.#follower.lastStart);
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
    return this.#lengths.canFill(this.#end - now) ? this.#end : undefined;
  }
}
