import type { Piece } from '@etude/music';
import type { TokenTable } from '../token-table.js';
import type { SessionToken } from './tokens.js';

interface Placed {
  readonly tick: number;
  readonly token: string;
}

/** The tokens of a piece; `stepOf` gives the step of a tick. */
export function encode(piece: Piece, stepOf: (tick: number) => number, names: TokenNames): string[] {
  // At one tick: metre, key, tempo, then the events of the tracks in their order.
  const meta: Placed[] = [
    ...piece.timeSignatures.map((metre) => ({ tick: metre.tick, token: names.write({ kind: 'metre', ...metre }) })),
    ...piece.keySignatures.map((key) => ({ tick: key.tick, token: names.write({ kind: 'key', ...key }) })),
    ...piece.tempos.map((tempo) => ({ tick: tempo.tick, token: names.write({ kind: 'tempo', ...tempo }) })),
  ].sort((a, b) => a.tick - b.tick);
  const columns = piece.tracks.map(({ events }) => events);
  // Every event brings one token, and one more where time goes on.
  const most = 2 * (meta.length + columns.reduce((sum, { length }) => sum + length, 0));
  const tokens = new Array<string>(most);
  let count = 0;
  let now = 0;
  const moveTo = (tick: number) => {
    const step = stepOf(tick);
    if (step > now) tokens[count++] = names.shift(step - now);
    now = step;
  };
  let nextMeta = 0;
  const metaUntil = (tick: number) => {
    for (; nextMeta < meta.length && meta[nextMeta]!.tick <= tick; nextMeta++) {
      moveTo(meta[nextMeta]!.tick);
      tokens[count++] = meta[nextMeta]!.token;
    }
  };
  const at = new Int32Array(columns.length);
  /** tick of each track's next message */
  const upcoming = Float64Array.from(columns, ({ ticks }) => ticks[0] ?? Number.POSITIVE_INFINITY);
  for (;;) {
    let track = 0;
    let tick = upcoming[0] ?? Number.POSITIVE_INFINITY;
    for (let i = 1; i < upcoming.length; i++) {
      if (upcoming[i]! < tick) {
        track = i;
        tick = upcoming[i]!;
      }
    }
    if (tick === Number.POSITIVE_INFINITY) break;
    if (nextMeta < meta.length) metaUntil(tick);
    moveTo(tick);
    const { ticks, messages } = columns[track]!;
    // Messages of one track and tick follow each other whatever the other tracks have.
    let next = at[track]!;
    for (; next < ticks.length && ticks[next] === tick; next++) tokens[count++] = names.message(track, messages[next]!);
    at[track] = next;
    upcoming[track] = next < ticks.length ? ticks[next]! : Number.POSITIVE_INFINITY;
  }
  metaUntil(Number.POSITIVE_INFINITY);
  tokens.length = count;
  return tokens;
}

/** Tokens, each made once: most music has few different ones, and making a text takes longer than all else. */
export class TokenNames {
  /** by track, then by status, first and second data byte */
  readonly #messages: string[][][][] = [];
  readonly #shifts: string[] = [];
  /** how a token is written that there are few of */
  readonly write: TokenTable<SessionToken>['write'];

  constructor({ write }: TokenTable<SessionToken>) {
    this.write = write;
  }

  message(track: number, message: number): string {
    const known = this.#messages[track]?.[(message >> 16) & 127]?.[(message >> 8) & 127]?.[message & 127];
    return known ?? this.#makeMessage(track, message);
  }

  shift(steps: number): string {
    return this.#shifts[steps] ?? this.#makeShift(steps);
  }

  #makeMessage(track: number, message: number): string {
    // Arrays of full length stay arrays; with large gaps they would become hash tables.
    this.#messages[track] ??= new Array<string[][]>(128);
    const ofTrack = this.#messages[track];
    ofTrack[(message >> 16) & 127] ??= new Array<string[]>(128);
    const ofStatus = ofTrack[(message >> 16) & 127]!;
    ofStatus[(message >> 8) & 127] ??= new Array<string>(128);
    const [status, data1, data2] = [message >> 16, (message >> 8) & 127, message & 127];
    const token = this.write({ kind: 'message', track, status, data1, data2 });
    ofStatus[(message >> 8) & 127]![message & 127] = token;
    return token;
  }

  #makeShift(steps: number): string {
    const token = this.write({ kind: 'shift', steps });
    // Longer ones are rare.
    if (steps < 10_000) this.#shifts[steps] = token;
    return token;
  }
}
