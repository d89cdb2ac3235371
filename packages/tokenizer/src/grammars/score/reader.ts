import { DRUM_CHANNEL } from '@etude/music';
import type { NotePlace, NoteReader, SongPlan } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import { ScoreFollower } from './follower.js';
import { LinePlan } from './line-plan.js';
import type { ScoreToken } from './tokens.js';

interface LastNote {
  /** the key that ended where it began */
  readonly from: number | undefined;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** Follows the tokens of a piece, and tells where its notes stand. */
export class ScoreReader implements NoteReader {
  readonly #tokens: TokenTable<ScoreToken>;
  readonly #unit: number;
  readonly #follower: ScoreFollower;
  readonly #plan: SongPlan;
  /** how each voice came to its last note, in steps and keys as they are written; undefined where that was a rest */
  readonly #moves: (LastNote | undefined)[] = [];
  readonly #lines: LinePlan | undefined;
  /** steps of the shortest length that is known */
  readonly #shortest: number;

  constructor(
    tokens: TokenTable<ScoreToken>,
    { stepsPerBeat, unit, plan = {} }: { stepsPerBeat: number; unit: number; plan?: SongPlan | undefined },
  ) {
    this.#tokens = tokens;
    this.#unit = unit;
    this.#follower = new ScoreFollower(stepsPerBeat);
    this.#plan = plan;
    const inSteps = plan.lines?.map((line) => ({ ...line, start: line.start / unit }));
    this.#lines = inSteps && new LinePlan(inSteps, this.#follower);
    this.#shortest = Math.min(...(plan.known ?? []).map((text) => durationOf(tokens.read(text))));
  }

  allows(text: string): boolean {
    const token = this.#tokens.read(text);
    return (
      token !== undefined &&
      this.#follower.fits(token) &&
      this.#isPlanned(token) &&
      this.#lines?.allows(token) !== false &&
      this.#canEnd(token)
    );
  }

  /** Whether there is a length for what a token begins: a rest ends with the bar. */
  #canEnd({ kind }: ScoreToken): boolean {
    const { now, barEnd } = this.#follower;
    return kind !== 'rest' || this.#plan.known === undefined || now + this.#shortest <= barEnd;
  }

  /** Whether a token says at the beginning what is planned, and nothing comes before it is said. */
  #isPlanned(token: ScoreToken): boolean {
    const { metre, bars, isSteady } = this.#plan;
    const { last, voices } = this.#follower;
    if (isSteady && (token.kind === 'upbeat' || (token.kind === 'metre' && voices.length > 0))) return false;
    if (last === 'nothing' && token.kind === 'metre' && metre !== undefined) {
      return token.numerator === metre.numerator && token.denominator === metre.denominator;
    }
    if (bars === undefined || voices.length > 0) return true;
    if (token.kind === 'bars') return token.count === bars;
    return this.#follower.bars > 0 || !['tempo', 'part'].includes(token.kind);
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
    return { start, key: token.key - follower.shift, track: part, channel: 0, program: follower.programs[part]! };
  }

  notePlace(): NotePlace {
    const { voices, voice, now, bar, barStart, barLength, upbeat, open, shift } = this.#follower;
    const others = voices.flatMap(({ until, keys }, i) =>
      i !== voice && until > now && this.#follower.programOf(i)! >= 0 ? keys : [],
    );
    const inBar = bar < 0 ? now + barLength - upbeat : now - barStart;
    const moves = this.#moves.flatMap((move, i) => (i !== voice && move?.start === now ? [move] : []));
    const last = this.#moves[voice];
    return {
      inBar: inBar * this.#unit,
      sounding: [...others, ...(open?.isDrum ? [] : (open?.keys ?? []))].map((key) => key - shift),
      before: last?.end === now ? last.to - shift : undefined,
      moves: moves.flatMap(({ from, to }) => (from === undefined ? [] : [{ from: from - shift, to: to - shift }])),
    };
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
    if (token === undefined || !this.#follower.follows(token)) return;
    const event = this.#follower.add(token);
    if (event === undefined) return;
    const { voice, start, steps, keys } = event;
    const last = this.#moves[voice];
    const to = this.#follower.programOf(voice)! < 0 ? undefined : keys.at(-1);
    const from = last?.end === start ? last.to : undefined;
    this.#moves[voice] = to === undefined ? undefined : { from, to, start, end: start + steps };
  }
}

function durationOf(token: ScoreToken | undefined): number {
  return token?.kind === 'duration' ? token.steps : Number.POSITIVE_INFINITY;
}
