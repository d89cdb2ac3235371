import type { ConditionField, ConditionReader, Conditions } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import { ScoreFollower } from './follower.js';
import type { ScoreToken } from './tokens.js';
import { VoiceHistory } from './voice-history.js';

/** Bars that are looked back, as in Magenta's Lookback RNN (2016). */
const LOOKBACK = [1, 2, 4, 8, 16];
/** Voices whose sounding pitches are told. */
const VOICES = 8;
const POSITIONS = 384;
const BARS_LEFT = 34;
const MATCHES = 8;
/** Nothing, a rest, 128 keys. */
const PITCHES = 130;
const DURATIONS = 128;

const LAST: readonly ScoreFollower['last'][] = [
  'nothing',
  'metre',
  'key',
  'tempo',
  'upbeat',
  'bars',
  'part',
  'voice',
  'pitch',
  'rest',
  'duration',
];

const FIELDS: readonly ConditionField[] = [
  { name: 'last', size: LAST.length },
  { name: 'voice', size: 16 },
  { name: 'position', size: POSITIONS },
  { name: 'bar-in-8', size: 9 },
  { name: 'eights', size: 8 },
  { name: 'bars-left', size: BARS_LEFT + 2 },
  { name: 'metre', size: 16 * 8 },
  { name: 'tonic', size: 12 },
  { name: 'pitch', size: PITCHES },
  { name: 'pitch-1', size: PITCHES },
  { name: 'pitch-2', size: PITCHES },
  { name: 'duration-1', size: DURATIONS },
  ...LOOKBACK.flatMap((bars) => [
    { name: `pitch-${bars}-bars-ago`, size: PITCHES },
    { name: `duration-${bars}-bars-ago`, size: DURATIONS },
    { name: `next-${bars}-bars-ago`, size: PITCHES },
    { name: `match-${bars}-bars-ago`, size: 3 * MATCHES },
  ]),
  ...Array.from({ length: VOICES }, (_, voice) => ({ name: `sounding-${voice + 1}`, size: PITCHES })),
];

/** What the tokens of a piece so far say about the place of the next one. */
export function scoreConditions(tokens: TokenTable<ScoreToken>, stepsPerBeat: number): Conditions {
  return { fields: FIELDS, reader: () => new ScoreConditionReader(tokens, stepsPerBeat) };
}

class ScoreConditionReader implements ConditionReader {
  readonly #tokens: TokenTable<ScoreToken>;
  readonly #follower: ScoreFollower;
  readonly #histories: VoiceHistory[] = [];

  constructor(tokens: TokenTable<ScoreToken>, stepsPerBeat: number) {
    this.#tokens = tokens;
    this.#follower = new ScoreFollower(stepsPerBeat);
  }

  add(text: string): void {
    const token = this.#tokens.read(text);
    if (token === undefined || !this.#follower.follows(token)) return;
    const event = this.#follower.add(token);
    if (event === undefined) return;
    const { voice, start, steps, keys } = event;
    while (this.#histories.length <= voice) this.#histories.push(new VoiceHistory(LOOKBACK));
    this.#histories[voice]!.add({ start, steps, key: keys.at(-1) ?? -1 }, this.#follower.barLength);
  }

  read(values: Int32Array, at: number): void {
    const follower = this.#follower;
    const { voice, now, bar, barStart, barLength, bars, metre, open, upbeat } = follower;
    let next = at;
    const put = (value: number) => {
      values[next++] = value;
    };
    put(LAST.indexOf(follower.last));
    put(Math.min(15, voice));
    // An upbeat is the end of a bar.
    put(Math.min(POSITIONS - 1, now - barStart + (bar < 0 ? Math.max(0, barLength - upbeat) : 0)));
    put(bar < 0 ? 0 : 1 + (bar & 7));
    put(bar < 0 ? 0 : Math.min(7, bar >> 3));
    put(bars === 0 ? BARS_LEFT + 1 : Math.min(BARS_LEFT, Math.max(0, bars - bar)));
    put((Math.min(16, metre.numerator) - 1) * 8 + Math.min(7, 31 - Math.clz32(metre.denominator)));
    put(follower.key.tonic);
    const key = open && (open.keys.at(-1) ?? -1) + 2;
    put(key ?? 0);
    const history = this.#histories[voice];
    put(history?.pitchBefore(1) ?? 0);
    put(history?.pitchBefore(2) ?? 0);
    put(Math.min(DURATIONS - 1, history?.durationBefore() ?? 0));
    for (let lag = 0; lag < LOOKBACK.length; lag++) {
      const seen = history?.lookBack(lag, now, barLength);
      put(seen?.pitch ?? 0);
      put(Math.min(DURATIONS - 1, seen?.duration ?? 0));
      put(seen?.next ?? 0);
      const isSame = key === undefined ? 0 : key === seen?.pitch && seen.duration > 0 ? 1 : 2;
      put(MATCHES * isSame + Math.min(MATCHES - 1, seen?.matches ?? 0));
    }
    for (let other = 0; other < VOICES; other++) {
      put(other === voice ? 0 : (this.#histories[other]?.pitchAt(now) ?? 0));
    }
  }
}
