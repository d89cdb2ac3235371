import { condition as conditionOf, type PlaceCondition } from '../condition.js';
import type { ConditionReader, Conditions } from '../grammar.js';
import { MOST_ALIKE, Repeats } from '../repeats.js';
import type { TokenTable } from '../token-table.js';
import type { ChordFrameToken } from './tokens.js';

/** Frames that are looked back. */
const LOOKBACK = [2, 4, 6, 8, 12, 16, 32];
/** Pitches of a frame that are told one by one, from the lowest. */
const SLOTS = 4;
/** No such frame or pitch, the end of the frame, 128 keys. */
const PITCHES = 130;
const NOTHING = 0;
const END = 1;
/** Intervals that are told apart, in semitones to either side. */
const FAR = 24;
const INTERVALS = 2 * FAR + 2;
const MOST_HELD = 16;

/** The pitches of a frame, rising. */
type Pitches = readonly number[];

/** Where the next token stands. */
interface Place {
  /** pitches of the frame so far */
  readonly here: Pitches;
  /** frames that are complete */
  readonly frames: readonly Pitches[];
  /** the frame some frames ago, counted from the one that is written; undefined before the first */
  readonly ago: (frames: number) => Pitches | undefined;
  /** semitones that the piece is transposed by, below 12 */
  readonly shift: number;
  /** for how many frames the last one has been as it is */
  readonly held: number;
  /** the frame that came after the longest stretch that is like the last frames */
  readonly recalled: Pitches | undefined;
  readonly alike: number;
}

const condition = conditionOf<Place>;

/** What comes in a frame behind the pitches that have been written of this one. */
function nextIn(frame: Pitches | undefined, here: Pitches): number {
  if (frame === undefined) return NOTHING;
  const last = here.at(-1) ?? -1;
  const next = frame.find((key) => key > last);
  return next === undefined ? END : next + 2;
}

/** Whether a frame begins with the pitches that have been written of this one: 0 where there is none, 1 where it does, 2 where it does not. */
function agreement(frame: Pitches | undefined, here: Pitches): number {
  if (frame === undefined) return 0;
  return here.every((key, slot) => key === frame[slot]) ? 1 : 2;
}

function told(key: number | undefined): number {
  return key === undefined ? NOTHING : key + 2;
}

/** An interval from one pitch to another; 0 where there is not both. */
function interval(from: number | undefined, to: number | undefined): number {
  return from === undefined || to === undefined ? 0 : Math.max(-FAR, Math.min(FAR, to - from)) + FAR + 1;
}

/** The pitch class in the key of the untransposed piece, counted from 1; 0 for none. */
function classOf(key: number | undefined, shift: number): number {
  return key === undefined ? 0 : 1 + ((((key - shift) % 12) + 12) % 12);
}

const slots = <T>(make: (slot: number) => T) => Array.from({ length: SLOTS }, (_, slot) => make(slot));

const CONDITIONS: readonly PlaceCondition<Place>[] = [
  condition('slot', 8, ({ here }) => here.length),
  condition('frame-in-4', 4, ({ frames }) => frames.length % 4),
  condition('frame-in-6', 6, ({ frames }) => frames.length % 6),
  condition('frame-in-16', 16, ({ frames }) => frames.length % 16),
  condition('sixteens', 16, ({ frames }) => frames.length >> 4),
  condition('held', MOST_HELD + 1, ({ held }) => held),
  condition('shift', 12, ({ shift }) => shift),
  ...slots((slot) => condition(`pitch-${slot + 1}`, PITCHES, ({ here }) => told(here[slot]))),
  ...slots((slot) => condition(`before-${slot + 1}`, PITCHES, ({ ago }) => told(ago(1)?.[slot]))),
  ...slots((slot) => condition(`before-that-${slot + 1}`, PITCHES, ({ ago }) => told(ago(2)?.[slot]))),
  // How a voice has moved, and what is above it: parallels are made of these.
  ...slots((slot) =>
    condition(`motion-${slot + 1}`, INTERVALS, ({ here, ago }) => interval(ago(1)?.[slot], here[slot])),
  ),
  ...slots((slot) =>
    condition(`above-${slot + 1}`, INTERVALS, ({ ago }) => interval(ago(1)?.[slot], ago(1)?.[slot + 1])),
  ),
  ...slots((slot) => condition(`class-${slot + 1}`, 13, ({ here, shift }) => classOf(here[slot], shift))),
  ...slots((slot) => condition(`class-before-${slot + 1}`, 13, ({ ago, shift }) => classOf(ago(1)?.[slot], shift))),
  condition('same-slot-before', INTERVALS, ({ here, ago }) => interval(here.at(-1), ago(1)?.[here.length])),
  condition('next-before', PITCHES, ({ here, ago }) => nextIn(ago(1), here)),
  condition('agrees-before', 3, ({ here, ago }) => agreement(ago(1), here)),
  ...LOOKBACK.flatMap((frames) => [
    condition(`next-${frames}-ago`, PITCHES, ({ here, ago }) => nextIn(ago(frames), here)),
    condition(`agrees-${frames}-ago`, 3, ({ here, ago }) => agreement(ago(frames), here)),
  ]),
  condition('next-recalled', PITCHES, ({ here, recalled }) => nextIn(recalled, here)),
  condition('recalled-alike', 3 * (MOST_ALIKE + 1), ({ here, recalled, alike }) => {
    return (MOST_ALIKE + 1) * agreement(recalled, here) + alike;
  }),
];

/** What the frames of a piece so far say about the place of the next token. */
export function frameConditions(tokens: TokenTable<ChordFrameToken>): Conditions {
  return { fields: CONDITIONS, reader: () => new FrameConditionReader(tokens) };
}

class FrameConditionReader implements ConditionReader {
  readonly #tokens: TokenTable<ChordFrameToken>;
  readonly #frames: Pitches[] = [];
  readonly #repeats = new Repeats(1);
  /** a number for each frame that differs from others */
  readonly #numbers = new Map<string, number>();
  #lastNumber = -1;
  #here: number[] = [];
  #shift = 0;
  #held = 0;

  constructor(tokens: TokenTable<ChordFrameToken>) {
    this.#tokens = tokens;
  }

  add(text: string): void {
    const token = this.#tokens.read(text);
    if (token?.kind === 'pitch') this.#here.push(token.key);
    else if (token?.kind === 'transposed') this.#shift = ((token.semitones % 12) + 12) % 12;
    else if (token?.kind === 'frame') this.#complete();
  }

  #complete(): void {
    const spelling = this.#here.join(' ');
    const number = this.#numbers.get(spelling) ?? this.#numbers.size;
    this.#numbers.set(spelling, number);
    this.#held = number === this.#lastNumber ? this.#held + 1 : 0;
    this.#lastNumber = number;
    this.#frames.push(this.#here);
    this.#repeats.add(0, number);
    this.#here = [];
  }

  read(values: Int32Array, at: number): void {
    const frames = this.#frames;
    const repeat = this.#repeats.find(0);
    const place: Place = {
      ...{ here: this.#here, frames, shift: this.#shift, held: this.#held },
      ago: (count) => frames[frames.length - count],
      recalled: repeat && frames[repeat.event],
      alike: repeat?.alike ?? 0,
    };
    for (let i = 0; i < CONDITIONS.length; i++) values[at + i] = CONDITIONS[i]!.value(place);
  }
}
