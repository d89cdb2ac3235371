import { PLAIN_VELOCITY } from '../near-velocity.js';
import type { ScoreToken } from './tokens.js';

/** A line of notes, chords and rests, one after the other without a gap. */
export interface Voice {
  /** which of the parts, counted from 0 */
  readonly part: number;
  /** steps at which its last event begins and ends */
  start: number;
  until: number;
  /** keys of that event, as they are written */
  keys: readonly number[];
  /** keys of the event that ended where it begins */
  before: readonly number[];
}

/** Lines of notes that a piece has at most; more come of a pedal that was never lifted, or of notes that never end. */
export const MOST_VOICES = 64;

/** What has been written of the event that is being written. */
interface OpenEvent {
  readonly isRest: boolean;
  /** keys as they are written, rising */
  readonly keys: number[];
  readonly isDrum: boolean;
}

/** A note, a chord or a rest. */
export interface ScoreEvent {
  readonly voice: number;
  /** steps from the beginning of the piece */
  readonly start: number;
  readonly steps: number;
  /** keys as they are written, rising; none for a rest */
  readonly keys: readonly number[];
  readonly velocity: number;
}

/** What may come before the first event, in this order; all but the metre and the key may be left out. */
const HEAD = ['metre', 'key', 'upbeat', 'bars'] as const;

/** What an event may follow. */
const MAY_BEGIN: readonly string[] = ['part', 'voice', 'duration', 'metre', 'tempo', 'velocity'];

/** Longest upbeat and bar, in steps: a broken file may have any. */
export const MOST_STEPS = 100_000;

/** Follows the tokens of a piece; times in steps from its beginning. Events come in the order of their starts, of one start in that of their voices. */
export class ScoreFollower {
  readonly #stepsPerBeat: number;
  readonly voices: Voice[] = [];
  /** program of each part */
  readonly programs: number[] = [];
  /** velocity of each part, as it was written last */
  readonly #velocities: number[] = [];
  /** the kind of the last token */
  last: ScoreToken['kind'] | 'nothing' = 'nothing';
  metre = { numerator: 4, denominator: 4 };
  key = { sharps: 0, tonic: 0 };
  /** steps of the first bar where it is no whole one */
  upbeat = 0;
  /** bars of the piece after its upbeat; 0 where it does not say */
  bars = 0;
  open: OpenEvent | undefined;
  /** start of the event that was written last */
  lastStart = 0;
  /** bar in which `now` is, counted from 0; an upbeat is bar -1 */
  bar = 0;
  barStart = 0;

  constructor(stepsPerBeat: number) {
    this.#stepsPerBeat = stepsPerBeat;
  }

  /** The voice whose turn it is: the one that ended first, of several the first. */
  get voice(): number {
    let next = 0;
    for (let i = 1; i < this.voices.length; i++) if (this.voices[i]!.until < this.voices[next]!.until) next = i;
    return next;
  }

  /** Program of the part that a voice belongs to, -1 for percussion; undefined where there is no such voice. */
  programOf(voice: number): number | undefined {
    const known = this.voices[voice];
    return known && this.programs[known.part];
  }

  /** What the notes of the voice whose turn it is are played with, 1 to 127, if nothing else is written. */
  get velocity(): number {
    return this.#velocities[this.voices[this.voice]?.part ?? 0] ?? PLAIN_VELOCITY;
  }

  /** Where the next event begins. */
  get now(): number {
    return this.voices[this.voice]?.until ?? 0;
  }

  /** Where all that has been written ends. */
  get end(): number {
    return this.voices.reduce((latest, { until }) => Math.max(latest, until), 0);
  }

  /** Steps from the beginning of the bar to `now`; an upbeat is the end of a bar. */
  get inBar(): number {
    return this.bar < 0 ? this.now + Math.max(0, this.barLength - this.upbeat) : this.now - this.barStart;
  }

  /** Steps of a whole bar, at least 1. */
  get barLength(): number {
    const { numerator, denominator } = this.metre;
    return Math.min(MOST_STEPS, Math.max(1, Math.round((this.#stepsPerBeat * 4 * numerator) / denominator)));
  }

  /** Where the bar in which `now` is ends. */
  get barEnd(): number {
    return this.barStart + (this.bar < 0 ? this.upbeat : this.barLength);
  }

  /** What the keys of the piece are moved by when they are written: to the signature of C, by -5 to 6 semitones. */
  get shift(): number {
    return shiftOf(this.key.sharps);
  }

  /** Whether a token may come by the order of tokens alone. */
  follows(token: ScoreToken): boolean {
    const { last, open } = this;
    const isHead = (HEAD as readonly string[]).includes(last);
    const hasBegun = this.voices.length > 0;
    switch (token.kind) {
      case 'metre':
        return last === 'nothing' || (last === 'duration' && this.bar >= 0 && !this.#isMetre(token));
      case 'key':
        return last === 'metre' && !hasBegun;
      case 'upbeat':
        return last === 'key';
      case 'bars':
        return last === 'key' || last === 'upbeat';
      case 'tempo':
        return (isHead && last !== 'metre') || last === 'duration' || (last === 'metre' && hasBegun);
      case 'part':
      case 'voice':
        // The first part comes behind the head, others behind an event.
        if (token.kind === 'voice' && token.part > this.programs.length) return false;
        return hasBegun ? last === 'duration' : (isHead && last !== 'metre') || last === 'tempo';
      case 'velocity':
        return this.#mayBegin && last !== 'velocity' && token.velocity !== this.velocity;
      case 'rest':
        return this.#mayBegin && last !== 'velocity';
      case 'pitch': {
        const { key, isDrum } = token;
        if (open !== undefined) return !open.isRest && isDrum === open.isDrum && key > open.keys.at(-1)!;
        return this.#mayBegin && isDrum === this.programOf(this.voice)! < 0;
      }
      case 'duration':
        return open !== undefined;
    }
  }

  /** Whether a token may come by the time at which one stands as well: rests end with the bar, keys are those of MIDI. */
  fits(token: ScoreToken): boolean {
    if (!this.follows(token)) return false;
    if (token.kind === 'part' || token.kind === 'voice') return this.voices.length < MOST_VOICES;
    if (token.kind === 'duration' && this.open!.isRest) return this.now + token.steps <= this.barEnd;
    if (token.kind !== 'pitch') return true;
    const key = token.isDrum ? token.key : token.key - this.shift;
    return key >= 0 && key <= 127 && !this.#sounds(token.key);
  }

  /** Whether another voice of the part still has a key whose turn it would be. */
  #sounds(key: number): boolean {
    const { voices, voice, now } = this;
    const { part } = voices[voice]!;
    return voices.some(
      (other, i) => i !== voice && other.part === part && other.until > now && other.keys.includes(key),
    );
  }

  /** Whether the piece may end here: its last bar is whole, or is whole together with the upbeat. */
  get mayEnd(): boolean {
    if (this.last !== 'duration') return false;
    const left = (this.end - this.upbeat) % this.barLength;
    return left === 0 || left + this.upbeat === this.barLength;
  }

  /** @returns the event that the token completes */
  add(token: ScoreToken): ScoreEvent | undefined {
    this.last = token.kind;
    switch (token.kind) {
      case 'metre':
        this.metre = token;
        this.#moveTo(this.now);
        return undefined;
      case 'key':
        this.key = token;
        return undefined;
      case 'upbeat':
        [this.upbeat, this.bar] = [token.steps, -1];
        return undefined;
      case 'bars':
        this.bars = token.count;
        return undefined;
      case 'tempo':
        return undefined;
      case 'part':
        this.programs.push(token.program);
        this.#comeIn(this.programs.length - 1);
        return undefined;
      case 'voice':
        this.#comeIn(token.part - 1);
        return undefined;
      case 'velocity':
        this.#velocities[this.voices[this.voice]!.part] = token.velocity;
        return undefined;
      case 'rest':
        this.open = { isRest: true, keys: [], isDrum: false };
        return undefined;
      case 'pitch':
        this.open ??= { isRest: false, keys: [], isDrum: token.isDrum };
        this.open.keys.push(token.key);
        return undefined;
      case 'duration':
        return this.#complete(token.steps);
    }
  }

  get #mayBegin(): boolean {
    const { last } = this;
    return this.voices.length > 0 && this.open === undefined && MAY_BEGIN.includes(last);
  }

  #isMetre({ numerator, denominator }: { numerator: number; denominator: number }): boolean {
    return numerator === this.metre.numerator && denominator === this.metre.denominator;
  }

  #comeIn(part: number): void {
    this.voices.push({ part, start: this.lastStart, until: this.lastStart, keys: [], before: [] });
    this.#moveTo(this.now);
  }

  #complete(steps: number): ScoreEvent {
    const { voice, velocity, now: start } = this;
    const { keys } = this.open!;
    this.open = undefined;
    this.lastStart = start;
    const own = this.voices[voice]!;
    Object.assign(own, { start, until: start + steps, keys, before: own.keys });
    this.#moveTo(this.now);
    return { voice, start, steps, keys, velocity };
  }

  /** Finds the bar of a step: a later one, or, where a voice has come in, one before. */
  #moveTo(step: number): void {
    if (step < this.upbeat) {
      [this.bar, this.barStart] = [-1, 0];
      return;
    }
    if (this.bar < 0) [this.bar, this.barStart] = [0, this.upbeat];
    const bars = Math.floor((step - this.barStart) / this.barLength);
    this.bar += bars;
    this.barStart += bars * this.barLength;
  }
}

/** What moves a signature to that of C, -5 to 6 semitones. */
export function shiftOf(sharps: number): number {
  const major = (((sharps * 7) % 12) + 12) % 12;
  return major <= 5 ? -major : 12 - major;
}
