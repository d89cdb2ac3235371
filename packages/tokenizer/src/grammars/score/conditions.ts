import { condition as conditionOf, type PlaceCondition } from '../condition.js';
import type { ConditionReader, Conditions } from '../grammar.js';
import { MOST_ALIKE } from '../repeats.js';
import type { TokenTable } from '../token-table.js';
import { ScoreFollower } from './follower.js';
import { Recall, type Recalled } from './recall.js';
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
/** Programs and percussion. */
const PROGRAMS = 129;
/** Keys of a chord that are counted. */
const MOST_KEYS = 8;
/** A voice does not begin here, begins here after a rest, moves by up to two octaves to either side. */
const FAR = 24;
const MOTIONS = 2 * FAR + 3;

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
  'velocity',
];

/** Where the next token stands, and what is remembered of the voice whose turn it is. */
interface Place {
  readonly follower: ScoreFollower;
  /** voice whose turn it is, counted from 0 */
  readonly voice: number;
  /** pitch that has been written of the event that is open: 1 for a rest, 2 and up for keys; 0 where none is */
  readonly pitch: number;
  readonly history: VoiceHistory | undefined;
  /** keys of the chord that is open, rising */
  readonly open: readonly number[];
  /** program of the part whose turn it is, -1 for percussion; that of a piano before there is one */
  readonly program: number;
  /** what stood in the voice 1, 2, 4, 8 and 16 bars ago */
  readonly seen: readonly LookedBack[];
  /** what came after the same notes, and after the same notes on other degrees */
  readonly recalled: readonly Recalled[];
  /** the other voices that sound, from the lowest */
  readonly others: readonly OtherVoice[];
  /** pitched keys that sound in the other voices, and those of the open chord; none where that is one note alone */
  readonly sounding: readonly number[];
}

/** What another voice does where the next token stands. */
interface OtherVoice {
  /** key + 2, of a chord the highest; 0 for nothing */
  readonly pitch: number;
  /** 0 where nothing begins here, 1 where something does after a rest, else how it moved */
  readonly motion: number;
  /** steps until it ends */
  readonly left: number;
  /** that sound together with those of others: none of percussion */
  readonly keys: readonly number[];
}

const SILENT: OtherVoice = { pitch: 0, motion: 0, left: 0, keys: [] };

const condition = conditionOf<Place>;

const CONDITIONS: readonly PlaceCondition<Place>[] = [
  condition('last', LAST.length, ({ follower }) => LAST.indexOf(follower.last)),
  condition('voice', 16, ({ voice }) => voice),
  condition('position', POSITIONS, ({ follower }) => follower.inBar),
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
    condition(`chord-${bars}-bars-ago`, PITCHES, ({ open, seen }) => nextOfChord(seen[lag]!.keys, open)),
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
  condition('recalled-chord', PITCHES, ({ open, recalled }) => nextOfChord(recalled[0]!.keys, open)),
  condition('velocity', 128, ({ follower }) => follower.velocity),
  // What follows is the same everywhere in music of one voice.
  condition('program', PROGRAMS, ({ program }) => program + 1),
  condition('voices', VOICES, ({ follower }) => follower.voices.length - 1),
  condition('chord', MOST_KEYS, ({ open }) => open.length - 1),
  condition('lowest', PITCHES, ({ sounding }) => (sounding.length === 0 ? 0 : Math.min(...sounding) + 2)),
  condition('highest', PITCHES, ({ sounding }) => (sounding.length === 0 ? 0 : Math.max(...sounding) + 2)),
  ...Array.from({ length: 12 }, (_, pitchClass) =>
    condition(`sounds-${pitchClass}`, 2, ({ sounding }) => Number(sounding.some((key) => key % 12 === pitchClass))),
  ),
  ...Array.from({ length: VOICES }, (_, other) => [
    condition(`sounding-${other + 1}`, PITCHES, ({ others }) => (others[other] ?? SILENT).pitch),
    condition(`motion-${other + 1}`, MOTIONS, ({ others }) => (others[other] ?? SILENT).motion),
    condition(`left-${other + 1}`, DURATIONS, ({ others }) => (others[other] ?? SILENT).left),
  ]).flat(),
];

/** The key of a chord that comes behind those which have been written: 0 where it is none, 1 where it has no more. */
function nextOfChord(keys: readonly number[], open: readonly number[]): number {
  if (keys.length < 2) return 0;
  const last = open.at(-1) ?? -1;
  return (keys.find((key) => key > last) ?? -1) + 2;
}

/** Whether the pitch that has been written is that of a note which is remembered: 0 where none has been, 1 where it is, 2 where it is not. */
function agreement(pitch: number, then: { readonly pitch: number; readonly duration: number }): number {
  if (pitch === 0) return 0;
  return pitch === then.pitch && then.duration > 0 ? 1 : 2;
}

/** What the tokens of a piece so far say about the place of the next one. */
export function scoreConditions(tokens: TokenTable<ScoreToken>, stepsPerBeat: number): Conditions {
  return { fields: CONDITIONS, reader: () => new ScoreConditionReader(tokens, stepsPerBeat) };
}

class ScoreConditionReader implements ConditionReader {
  readonly #tokens: TokenTable<ScoreToken>;
  readonly #follower: ScoreFollower;
  readonly #voices: VoiceHistory[] = [];
  readonly #recalls = [new Recall({ isSequence: false }), new Recall({ isSequence: true })];

  constructor(tokens: TokenTable<ScoreToken>, stepsPerBeat: number) {
    this.#tokens = tokens;
    this.#follower = new ScoreFollower(stepsPerBeat);
  }

  add(text: string): void {
    const token = this.#tokens.read(text);
    if (token === undefined || !this.#follower.follows(token)) return;
    const event = this.#follower.add(token);
    if (event === undefined) return;
    const { voice, steps, keys } = event;
    while (this.#voices.length <= voice) this.#voices.push(new VoiceHistory(LOOKBACK));
    this.#voices[voice]!.add(event, this.#follower.barLength);
    for (const recall of this.#recalls) recall.add(voice, keys, steps);
  }

  read(values: Int32Array, at: number): void {
    const follower = this.#follower;
    const { voice, now, barLength, open } = follower;
    const history = this.#voices[voice];
    const keys = open?.keys ?? [];
    const others = follower.voices
      .flatMap((_, other) => (other === voice ? [] : (this.#otherVoice(other) ?? [])))
      .sort((a, b) => a.pitch - b.pitch);
    const place: Place = {
      ...{ follower, voice, history, others, open: keys },
      pitch: open === undefined ? 0 : (keys.at(-1) ?? -1) + 2,
      program: follower.programOf(voice) ?? 0,
      seen: LOOKBACK.map((_, lag) => history?.lookBack(lag, now, barLength) ?? NOTHING_BACK),
      recalled: this.#recalls.map((recall) => recall.recalled(voice)),
      sounding: soundingKeys(others, open),
    };
    for (let i = 0; i < CONDITIONS.length; i++) values[at + i] = CONDITIONS[i]!.value(place);
  }

  /** What another voice does; undefined where it plays nothing. */
  #otherVoice(other: number): OtherVoice | undefined {
    const { now } = this.#follower;
    const history = this.#voices[other];
    const event = history?.at(now);
    if (history === undefined || event === undefined || event.keys.length === 0) return undefined;
    const motion = history.motion === undefined ? 1 : 2 + FAR + Math.max(-FAR, Math.min(FAR, history.motion));
    return {
      pitch: event.keys.at(-1)! + 2,
      motion: event.start === now ? motion : 0,
      left: event.start + event.steps - now,
      keys: this.#follower.programOf(other) === -1 ? [] : event.keys,
    };
  }
}

function soundingKeys(others: readonly OtherVoice[], open: ScoreFollower['open']): number[] {
  const inOthers = others.flatMap(({ keys }) => keys);
  const inChord = open === undefined || open.isDrum ? [] : open.keys;
  return inOthers.length === 0 && inChord.length < 2 ? [] : [...inOthers, ...inChord];
}
