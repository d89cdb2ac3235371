import { DRUM_CHANNEL } from '@etude/music';
import type { NotePlace, NoteReader, SongPlan } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import { ScoreFollower } from './follower.js';
import { LinePlan } from './line-plan.js';
import { SaidEnd } from './said-end.js';
import type { ScoreToken } from './tokens.js';

/** Follows the tokens of a piece, and tells where its notes stand. */
export class ScoreReader implements NoteReader {
  readonly #tokens: TokenTable<ScoreToken>;
  readonly #unit: number;
  readonly #follower: ScoreFollower;
  readonly #plan: SongPlan;
  readonly #lines: LinePlan | undefined;
  readonly #end: SaidEnd | undefined;
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
    const lengths = (plan.known ?? []).flatMap((text) => durationOf(tokens.read(text)));
    this.#shortest = Math.min(...lengths);
    this.#end = plan.endsAsSaid ? new SaidEnd(lengths, this.#follower) : undefined;
  }

  allows(text: string): boolean {
    const token = this.#tokens.read(text);
    return (
      token !== undefined &&
      this.#follower.fits(token) &&
      this.#isPlanned(token) &&
      this.#lines?.allows(token) !== false &&
      this.#end?.allows(token) !== false &&
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
    return this.#end?.isReached ?? this.#follower.mayEnd;
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
    const follower = this.#follower;
    const { voices, voice, now, inBar, open, shift } = follower;
    const heard = (key: number) => key - shift;
    const others = voices.filter((_, i) => i !== voice && follower.programOf(i)! >= 0);
    const chord = open?.isDrum ? [] : (open?.keys ?? []);
    const sounding = [...others.flatMap(({ until, keys }) => (until > now ? keys : [])), ...chord];
    const before = voices[voice]?.keys.at(-1);
    return {
      inBar: inBar * this.#unit,
      sounding: sounding.map(heard),
      before: before === undefined ? undefined : heard(before),
      moves: others.flatMap(({ start, keys, before }) => {
        const [from, to] = [before.at(-1), keys.at(-1)];
        const isMove = start === now && from !== undefined && to !== undefined;
        return isMove ? [{ from: heard(from), to: heard(to) }] : [];
      }),
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
    if (token !== undefined && this.#follower.follows(token)) this.#follower.add(token);
  }
}

function durationOf(token: ScoreToken | undefined): number | [] {
  return token?.kind === 'duration' ? token.steps : [];
}
