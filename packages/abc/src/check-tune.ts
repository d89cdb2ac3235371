import { AbcError, type AbcPlace } from './abc-error.js';
import type { Element, ParsedTune } from './parsed-tune.js';
import { voicesOf } from './parsed-tune.js';
import type { TuneText } from './tune-texts.js';

/** What no music has, and what abcjs would loop over for minutes, or until the process is aborted. */
const LIMITS = {
  /** whole notes that a note or rest lasts */
  noteLength: 256,
  /** whole notes that a voice lasts without its repeats: about three hours of 4/4 at 120 */
  voiceLength: 6000,
  voices: 128,
  /** parts that a bar of one voice has side by side, written with `&` */
  overlays: 8,
  ending: 32,
  /** spaces in a row, for which abcjs takes quadratic time */
  spaces: 1000,
};

/**
 * Checks the fields of a tune whose values decide how long its bars and notes are, before abcjs computes with them.
 * @throws {AbcError} at the first value with which there is no music
 */
export function checkFields(tune: TuneText): void {
  for (const { index, 0: spaces } of tune.text.matchAll(/[ \t]+/g)) {
    if (spaces.length <= LIMITS.spaces) continue;
    throw new AbcError(
      tune.placeOf(index),
      `expected at most ${LIMITS.spaces} spaces in a row, found ${spaces.length}`,
    );
  }
  for (const { value, ...place } of tune.fields('M')) {
    if (!/\d/.test(value)) continue;
    const metre = fractionOf(value);
    // What is no fraction abcjs warns about, and reads the tune without a metre.
    if (metre === undefined) continue;
    const problem = metreProblem(metre);
    if (problem !== undefined) throw new AbcError(place, `${problem}, found M:${beginningOf(value)}`);
  }
  for (const { value, ...place } of tune.fields('L')) {
    const length = fractionOf(value);
    if (length === undefined || (length.numerator > 0 && length.denominator > 0)) continue;
    throw new AbcError(place, `expected a length of notes such as 1/8, found L:${beginningOf(value)}`);
  }
  const overlays = new RegExp(`^(?![A-Za-z+]:|%)[^\\n]*?((?:&[^&|\\n]*){${LIMITS.overlays},})`, 'm');
  const found = overlays.exec(tune.text);
  if (found !== null) {
    const place = tune.placeOf(found.index + found[0].length - found[1]!.length);
    throw new AbcError(
      place,
      `expected at most ${LIMITS.overlays} parts in a bar, found more than ${LIMITS.overlays} signs &`,
    );
  }
}

/** As much of a value as a message has room for. */
function beginningOf(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}

/** A fraction of whole numbers, of which the upper one may be a sum; undefined where a text is none. */
function fractionOf(text: string): { numerator: number; denominator: number } | undefined {
  const match = /^\(?(\d+(?:\s*[+.]\s*\d+)*)\)?\s*(?:\/\s*(\d+))?/.exec(text);
  if (match === null) return undefined;
  const numerator = match[1]!.split(/[+.]/).reduce((sum, part) => sum + Number(part), 0);
  return { numerator, denominator: match[2] === undefined ? 1 : Number(match[2]) };
}

/** Why MIDI cannot hold a metre; undefined where it can. */
function metreProblem({ numerator, denominator }: { numerator: number; denominator: number }): string | undefined {
  if (!(numerator >= 1 && numerator <= 255)) return 'expected a metre of 1 to 255 beats in a bar';
  const isNoteValue = denominator <= 128 && Number.isInteger(Math.log2(denominator));
  return isNoteValue ? undefined : 'expected a metre whose lower number is 1, 2, 4, 8, 16, 32, 64 or 128';
}

/**
 * Checks a tune that has been read, before its notes are computed.
 * @throws {AbcError} at the first thing above a limit
 */
export function checkTune(parsed: ParsedTune, tune: TuneText): void {
  const { num, den } = parsed.getMeterFraction();
  const problem = metreProblem({ numerator: num, denominator: den });
  if (problem !== undefined) throw new AbcError(tune.start, problem);
  const voices = voicesOf(parsed);
  if (voices.length > LIMITS.voices) {
    throw new AbcError(tune.start, `expected at most ${LIMITS.voices} voices, found ${voices.length}`);
  }
  for (const voice of voices) checkVoice(voice, ({ startChar = 0 }) => tune.placeOf(startChar));
}

function checkVoice(voice: readonly Element[], placeOf: (element: Element) => AbcPlace): void {
  let length = 0;
  for (const element of voice) {
    if (element.el_type === 'bar') {
      const numbers = (element.startEnding?.match(/\d+/g) ?? []).map(Number);
      const highest = numbers.reduce((most, number) => Math.max(most, number), 0);
      if (highest > LIMITS.ending) {
        throw new AbcError(placeOf(element), `expected an ending from 1 to ${LIMITS.ending}, found ${highest}`);
      }
    }
    if (element.el_type !== 'note') continue;
    const duration = Number(element.duration);
    if (!(duration >= 0 && duration <= LIMITS.noteLength)) {
      const found = Number.isFinite(duration) ? `one of ${duration}` : 'one without an end';
      throw new AbcError(
        placeOf(element),
        `expected a note or rest of at most ${LIMITS.noteLength} whole notes, found ${found}`,
      );
    }
    length += duration;
    if (length > LIMITS.voiceLength) {
      throw new AbcError(placeOf(element), `expected a voice of at most ${LIMITS.voiceLength} whole notes`);
    }
  }
}
