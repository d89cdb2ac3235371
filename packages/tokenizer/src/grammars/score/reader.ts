import { DRUM_CHANNEL } from '@etude/music';
import type { NoteReader } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import { ScoreFollower } from './follower.js';
import type { ScoreToken } from './tokens.js';

/** Follows the tokens of a piece, and tells where its notes stand. */
export class ScoreReader implements NoteReader {
  readonly #tokens: TokenTable<ScoreToken>;
  readonly #unit: number;
  readonly #follower: ScoreFollower;

  constructor(tokens: TokenTable<ScoreToken>, { stepsPerBeat, unit }: { stepsPerBeat: number; unit: number }) {
    this.#tokens = tokens;
    this.#unit = unit;
    this.#follower = new ScoreFollower(stepsPerBeat);
  }

  allows(text: string): boolean {
    const token = this.#tokens.read(text);
    return token !== undefined && this.#follower.fits(token);
  }

  get mayEnd(): boolean {
    return this.#follower.mayEnd;
  }

  noteOf(text: string) {
    const token = this.#tokens.read(text);
    const follower = this.#follower;
    if (token?.kind !== 'pitch' || follower.voices.length === 0) return undefined;
    const { part } = follower.voices[follower.voice]!;
    const start = follower.now * this.#unit;
    if (token.isDrum) return { start, key: token.key, track: part, channel: DRUM_CHANNEL };
    return { start, key: token.key - follower.shift, track: part, channel: 0 };
  }

  timeAfter(text: string): number {
    const token = this.#tokens.read(text);
    const { voices, voice, now, open } = this.#follower;
    if (token?.kind !== 'duration' || open === undefined) return now * this.#unit;
    const others = voices.reduce((least, { until }, i) => (i === voice ? least : Math.min(least, until)), Infinity);
    return Math.min(others, now + token.steps) * this.#unit;
  }

  add(text: string): void {
    const token = this.#tokens.read(text);
    if (token !== undefined && this.#follower.follows(token)) this.#follower.add(token);
  }
}
