import { END_OF_PIECE, type GrammarState, type TokenOrder } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import type { FactoredToken } from './tokens.js';

type Kind = FactoredToken['kind'];

export interface Metre {
  readonly numerator: number;
  readonly denominator: number;
}

export const COMMON_TIME: Metre = { numerator: 4, denominator: 4 };

/** Steps of a bar; at least 1. */
export function barLength({ numerator, denominator }: Metre, stepsPerBeat: number): number {
  return Math.max(1, Math.round((stepsPerBeat * 4 * numerator) / denominator));
}

/** What decides which tokens may follow. */
export interface Place {
  /** the kind of the last token */
  readonly last: Kind | 'nothing';
  /** who plays */
  readonly playing: 'nobody' | 'instrument' | 'percussion';
  /** step of the bar; -1 before the bar has one */
  readonly position: number;
  /** steps of the bar */
  readonly length: number;
}

/** The kinds of tokens that a token of a kind may follow. */
const MAY_FOLLOW: Readonly<Record<Kind | 'end', ReadonlySet<Place['last']>>> = {
  bar: new Set(['nothing', 'bar', 'metre', 'tempo', 'duration']),
  metre: new Set(['bar']),
  position: new Set(['bar', 'metre', 'tempo', 'duration']),
  tempo: new Set(['position']),
  instrument: new Set(['position', 'tempo', 'duration']),
  pitch: new Set(['position', 'tempo', 'duration', 'instrument']),
  velocity: new Set(['pitch']),
  duration: new Set(['velocity']),
  end: new Set(['bar', 'metre', 'tempo', 'duration']),
};

const EXPECTED: Readonly<Record<Place['last'], string>> = {
  nothing: 'Bar_None',
  bar: 'a metre, a later position or a bar',
  metre: 'a later position or a bar',
  position: 'a tempo, an instrument or a pitch',
  tempo: 'a note, a later position or a bar',
  instrument: 'a pitch of this instrument',
  pitch: 'a velocity',
  velocity: 'a duration',
  duration: 'a note, a later position or a bar',
};

/** What may come at a place, for messages. */
export function expectedAt({ last }: Place): string {
  return `${EXPECTED[last]} of the factored grammar`;
}

/** The place at the beginning of a piece. */
export function startPlace(stepsPerBeat: number): Place {
  return { last: 'nothing', playing: 'nobody', position: -1, length: barLength(COMMON_TIME, stepsPerBeat) };
}

/** Whether a token may come at a place. */
export function mayCome({ last, playing, position, length }: Place, token: FactoredToken): boolean {
  if (!MAY_FOLLOW[token.kind].has(last)) return false;
  if (token.kind === 'position') return token.step > position && token.step < length;
  return token.kind !== 'pitch' || playing === (token.isDrum ? 'percussion' : 'instrument');
}

/** The place behind a token. */
export function placeAfter({ playing, position, length }: Place, token: FactoredToken, stepsPerBeat: number): Place {
  const last = token.kind;
  switch (last) {
    case 'bar':
      return { last, playing, position: -1, length };
    case 'metre':
      return { last, playing, position, length: barLength(token, stepsPerBeat) };
    case 'position':
      return { last, playing, position: token.step, length };
    case 'instrument':
      return { last, playing: token.instrument.program < 0 ? 'percussion' : 'instrument', position, length };
    default:
      return { last, playing, position, length };
  }
}

export function factoredOrder(tokens: TokenTable<FactoredToken>, stepsPerBeat: number): TokenOrder {
  const state = (place: Place): Place & GrammarState => {
    return { ...place, key: `${place.last} ${place.playing} ${place.position} ${place.length}` };
  };
  const start = state(startPlace(stepsPerBeat));
  return {
    start,
    follow(before, text) {
      const place = before as Place & GrammarState;
      if (text === END_OF_PIECE) return MAY_FOLLOW.end.has(place.last) ? start : undefined;
      const token = tokens.read(text);
      return token && mayCome(place, token) ? state(placeAfter(place, token, stepsPerBeat)) : undefined;
    },
  };
}
