import type { PlannedLine } from '../grammar.js';
import { ScoreFollower } from './follower.js';
import type { ScoreToken } from './tokens.js';

/** The lines of a piece, in the order in which they come in; times in steps. */
export function linesIn(tokens: readonly ScoreToken[], stepsPerBeat: number): PlannedLine[] {
  const follower = new ScoreFollower(stepsPerBeat);
  const starts: (number | undefined)[] = [];
  for (const token of tokens) {
    const event = follower.add(token);
    if (event && event.keys.length > 0) starts[event.voice] ??= event.start;
  }
  return follower.voices.map(({ part }, voice) => ({ ...playerOf(follower, part), start: starts[voice] ?? 0 }));
}

/** Holds a song to lines that come in where they are planned. */
export class LinePlan {
  readonly #lines: readonly PlannedLine[];
  readonly #follower: ScoreFollower;

  /** @param lines in the order in which they come in, times in steps */
  constructor(lines: readonly PlannedLine[], follower: ScoreFollower) {
    this.#lines = lines;
    this.#follower = follower;
  }

  /** Whether a token lets a line in whose turn it is, or another token comes where none has to. */
  allows(token: ScoreToken): boolean {
    const { voices, last } = this.#follower;
    if (token.kind !== 'part' && token.kind !== 'voice') return last !== 'duration' || this.#due === undefined;
    const due = voices.length === 0 ? this.#lines[0] : this.#due;
    return due !== undefined && this.#letsIn(token, due);
  }

  #letsIn(token: Extract<ScoreToken, { kind: 'part' | 'voice' }>, { program, player }: PlannedLine): boolean {
    const { programs } = this.#follower;
    if (token.kind === 'part') {
      return token.program === program && programs.filter((other) => other === program).length === player;
    }
    const own = playerOf(this.#follower, token.part - 1);
    return own.program === program && own.player === player;
  }

  /** The line that comes in behind the last event: later it could no longer. */
  get #due(): PlannedLine | undefined {
    const { voices, now } = this.#follower;
    const missing = [...this.#lines];
    for (const { part } of voices) {
      const { program, player } = playerOf(this.#follower, part);
      const at = missing.findIndex((line) => line.program === program && line.player === player);
      if (at >= 0) missing.splice(at, 1);
    }
    return missing.find(({ start }) => start < now);
  }
}

/** The program of a part, and which of those with that program it is. */
function playerOf({ programs }: ScoreFollower, part: number): { program: number; player: number } {
  const program = programs[part]!;
  return { program, player: programs.slice(0, part).filter((other) => other === program).length };
}
