import { condition as conditionOf, type PlaceCondition } from '../condition.js';
import type { ConditionReader, Conditions } from '../grammar.js';
import { MOST_ALIKE } from '../repeats.js';
import type { TokenTable } from '../token-table.js';
import { ScoreFollower } from './follower.js';
import { NOTHING_RECALLED, Recall, type Recalled } from './recall.js';
import type { ScoreToken } from './tokens.js';
import { type LookedBack, NOTHING_BACK, VoiceHistory } from './voice-history.js';

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

/** Where the next token stands, and what is remembered of the voice whose turn it is. */
interface Place {
  readonly follower: ScoreFollower;
  /** voice whose turn it is, counted from 0 */
  readonly voice: number;
  /** pitch that has been written of the event that is open: 1 for a rest, 2 and up for keys; 0 where none is */
  readonly pitch: number;
  readonly history: VoiceHistory | undefined;
  /** what stood in the voice 1, 2, 4, 8 and 16 bars ago */
  readonly seen: readonly LookedBack[];
  /** what came after the same notes, and after the same notes on other degrees */
  readonly recalled: readonly Recalled[];
  /** pitch that sounds in a voice */
  readonly soundsIn: (voice: number) => number;
}

const condition = conditionOf<Place>;

const CONDITIONS: readonly PlaceCondition<Place>[] = [
  condition('last', LAST.length, ({ follower }) => LAST.indexOf(follower.last)),
  condition('voice', 16, ({ voice }) => voice),
  condition('position', POSITIONS, ({ follower: { now, bar, barStart, barLength, upbeat } }) =>
    // An upbeat is the end of a bar.
    bar < 0 ? now + Math.max(0, barLength - upbeat) : now - barStart,
  ),
  condition('bar-in-8', 9, ({ follower: { bar } }) => (bar < 0 ? 0 : 1 + (bar & 7))),
  condition('eights', 8, ({ follower: { bar } }) => (bar < 0 ? 0 : bar >> 3)),
  condition('bars-left', BARS_LEFT + 2, ({ follower: { bar, bars } }) =>
    bars === 0 ? BARS_LEFT + 1 : Math.min(BARS_LEFT, Math.max(0, bars - bar)),
  ),
  condition('metre', 16 * 8, ({ follower: { metre } }) => {
    return (Math.min(16, metre.numerator) - 1) * 8 + Math.min(7, 31 - Math.clz32(metre.denominator));
  }),
  condition('tonic', 12, ({ follower }) => follower.key.tonic),
  condition('pitch', PITCHES, ({ pitch }) => pitch),
  condition('pitch-1', PITCHES, ({ history }) => history?.pitchBefore(1) ?? 0),
  condition('pitch-2', PITCHES, ({ history }) => history?.pitchBefore(2) ?? 0),
  condition('duration-1', DURATIONS, ({ history }) => history?.durationBefore() ?? 0),
  ...LOOKBACK.flatMap((bars, lag) => [
    condition(`pitch-${bars}-bars-ago`, PITCHES, ({ seen }) => seen[lag]!.pitch),
    condition(`duration-${bars}-bars-ago`, DURATIONS, ({ seen }) => seen[lag]!.duration),
    condition(`next-${bars}-bars-ago`, PITCHES, ({ seen }) => seen[lag]!.next),
    condition(`match-${bars}-bars-ago`, 3 * MATCHES, ({ pitch, seen }) => {
      return MATCHES * agreement(pitch, seen[lag]!) + Math.min(MATCHES - 1, seen[lag]!.matches);
    }),
  ]),
  ...['recalled', 'sequence'].flatMap((name, which) => [
    condition(`${name}-pitch`, PITCHES, ({ recalled }) => recalled[which]!.pitch),
    condition(`${name}-duration`, DURATIONS, ({ recalled }) => recalled[which]!.duration),
    condition(`${name}-alike`, 3 * (MOST_ALIKE + 1), ({ pitch, recalled }) => {
      return (MOST_ALIKE + 1) * agreement(pitch, recalled[which]!) + recalled[which]!.alike;
    }),
  ]),
  ...Array.from({ length: VOICES }, (_, other) =>
    condition(`sounding-${other + 1}`, PITCHES, ({ voice, soundsIn }) => (other === voice ? 0 : soundsIn(other))),
  ),
];

/** Whether the pitch that has been written is that of a note which is remembered: 0 where none has been, 1 where it is, 2 where it is not. */
function agreement(pitch: number, then: { readonly pitch: number; readonly duration: number }): number {
  if (pitch === 0) return 0;
  return pitch === then.pitch && then.duration > 0 ? 1 : 2;
}

/** What the tokens of a piece so far say about the place of the next one. */
export function scoreConditions(tokens: TokenTable<ScoreToken>, stepsPerBeat: number): Conditions {
  return { fields: CONDITIONS, reader: () => new ScoreConditionReader(tokens, stepsPerBeat) };
}

/** What is remembered of a voice. */
interface VoiceMemory {
  readonly history: VoiceHistory;
  readonly recalls: readonly Recall[];
}

class ScoreConditionReader implements ConditionReader {
  readonly #tokens: TokenTable<ScoreToken>;
  readonly #follower: ScoreFollower;
  readonly #voices: VoiceMemory[] = [];

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
    const key = keys.at(-1) ?? -1;
    while (this.#voices.length <= voice) {
      const recalls = [new Recall({ isSequence: false }), new Recall({ isSequence: true })];
      this.#voices.push({ history: new VoiceHistory(LOOKBACK), recalls });
    }
    const { history, recalls } = this.#voices[voice]!;
    history.add({ start, steps, key }, this.#follower.barLength);
    for (const recall of recalls) recall.add(key, steps);
  }

  read(values: Int32Array, at: number): void {
    const follower = this.#follower;
    const { voice, now, barLength, open } = follower;
    const memory = this.#voices[voice];
    const place: Place = {
      ...{ follower, voice },
      pitch: open === undefined ? 0 : (open.keys.at(-1) ?? -1) + 2,
      history: memory?.history,
      seen: LOOKBACK.map((_, lag) => memory?.history.lookBack(lag, now, barLength) ?? NOTHING_BACK),
      recalled: memory?.recalls.map(({ recalled }) => recalled) ?? [NOTHING_RECALLED, NOTHING_RECALLED],
      soundsIn: (other) => this.#voices[other]?.history.pitchAt(now) ?? 0,
    };
    for (let i = 0; i < CONDITIONS.length; i++) values[at + i] = CONDITIONS[i]!.value(place);
  }
}
