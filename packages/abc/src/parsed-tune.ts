import abcjs from 'abcjs';
import { AbcError, type AbcWarning } from './abc-error.js';
import type { TuneText } from './tune-texts.js';

/** What of a tune that abcjs has read counts here; its own types leave most of it out. */
export interface ParsedTune {
  readonly lines: readonly { readonly staff?: readonly Staff[] }[];
  readonly metaText: { readonly tempo?: TempoElement };
  readonly warnings?: readonly string[];
  getMeterFraction(): { num: number; den: number };
  setUpAudio(options: { chordsOff: boolean }): TuneAudio;
}

interface Staff {
  readonly meter?: Metre | null;
  readonly key?: Key;
  readonly clef?: { readonly type?: string };
  readonly voices?: Element[][];
}

/** A key signature. */
export interface Key {
  /** a letter, `none`, or `Hp` and `HP` for bagpipes */
  readonly root?: string;
  readonly acc?: string;
  /** of three letters, but for major, which has none, and minor, which is `m` */
  readonly mode?: string;
}

interface Metre {
  readonly type: string;
  readonly value?: readonly { readonly num: string; readonly den?: string }[];
}

export interface TempoElement {
  readonly startChar?: number;
  /** lengths in whole notes that make a beat together; a quarter note where there is none */
  readonly duration?: number | readonly number[];
  /** beats a minute; undefined where the tempo is a word alone */
  readonly bpm?: number;
}

/** An element of a voice: a note or rest, a bar line, a change of metre or tempo, or something that has no sound. */
export interface Element extends Partial<Metre>, TempoElement, Key {
  readonly el_type: string;
  readonly rest?: { readonly type: string };
  /** notes of a chord, by their places on the staff */
  readonly pitches?: readonly { readonly pitch: number; startTie?: object }[];
  readonly startTriplet?: number;
  readonly endTriplet?: boolean;
  readonly tripletMultiplier?: number;
  /** numbers of the endings that begin at a bar line, such as `1,3` or `1-3` */
  readonly startEnding?: string;
  /** command of a MIDI directive */
  readonly cmd?: string;
  /** set by `setUpAudio`: when a note or rest begins, in whole notes; a list where it is repeated */
  readonly currentTrackWholeNotes?: number | readonly number[];
}

/** What `setUpAudio` returns; durations and starts are in whole notes. */
export interface TuneAudio {
  readonly totalDuration: number;
  readonly tracks: readonly (readonly AudioCommand[])[];
}

export type AudioCommand =
  | { readonly cmd: 'text'; readonly type: string; readonly text: string }
  | { readonly cmd: 'program'; readonly instrument: number }
  | {
      readonly cmd: 'note';
      readonly pitch: number;
      readonly start: number;
      readonly duration: number;
      readonly startChar?: number;
    };

/** Every voice of a tune, its lines joined. */
export function voicesOf({ lines }: ParsedTune): Element[][] {
  const voices: Element[][] = [];
  for (const { staff: staves = [] } of lines) {
    let index = 0;
    for (const { clef, meter, key, voices: ofStaff = [] } of staves) {
      if (clef?.type === 'TAB') continue;
      for (const elements of ofStaff) {
        const voice = voices[index] ?? [];
        voices[index++] = voice;
        if (meter) voice.push({ ...meter, el_type: 'meter' });
        if (key) voice.push({ ...key, el_type: 'key' });
        for (const element of elements) voice.push(element);
      }
    }
  }
  return voices;
}

/**
 * Reads a tune.
 * @throws {AbcError} where abcjs cannot read it, or notes would be lost
 */
export function parseTune(tune: TuneText, warn: (warning: AbcWarning) => void): ParsedTune {
  const parsed = parse(tune);
  for (const text of parsed.warnings ?? []) {
    // The line that abcjs quotes behind its message is HTML.
    const [, line, column, message] = /^Music Line:(\d+):(\w+): (.*?)(?:: {2}|$)/s.exec(text) ?? [];
    const place = tune.placeIn(Number(line), Number(column));
    // An error inside of abcjs says nothing to a musician.
    const problem = message === undefined || /^\w*Error: /.test(message) ? 'this is not understood' : message;
    if (losesNotes(problem)) throw new AbcError(place, `${problem}; notes would be lost`);
    warn({ ...place, message: problem });
  }
  return parsed;
}

function parse(tune: TuneText): ParsedTune {
  try {
    return read(tune.text);
  } catch {
    throw new AbcError(tune.placeIn(lineThatFails(tune.text), 1), 'this line cannot be read as ABC notation');
  }
}

/**
 * The notes of a tune as they are played.
 * @throws {AbcError} where its repeats lead nowhere
 */
export function audioOf(parsed: ParsedTune, tune: TuneText): TuneAudio {
  try {
    return parsed.setUpAudio({ chordsOff: true });
  } catch {
    throw new AbcError(tune.start, 'this tune cannot be played: are its repeats and endings complete?');
  }
}

function read(text: string): ParsedTune {
  return abcjs.parseOnly(text)[0] as unknown as ParsedTune;
}

/** The first line with which reading fails, counted from 1. */
function lineThatFails(text: string): number {
  const lines = text.split('\n');
  let [works, fails] = [0, lines.length];
  while (works + 1 < fails) {
    const middle = (works + fails) >> 1;
    try {
      read(lines.slice(0, middle).join('\n'));
      works = middle;
    } catch {
      fails = middle;
    }
  }
  return fails;
}

/** Whether abcjs skipped notes where it gave this warning. */
function losesNotes(message: string): boolean {
  if (/^Missing the closing quote|^Expected '\]' to end the chord|unknown V: id/.test(message)) return true;
  const decoration = /^Unknown decoration: (.*)$/s.exec(message)?.[1];
  // Music between two exclamation marks that once stood for line breaks: `A2 B2! c d !`.
  return decoration !== undefined && /[\s|]|^[A-Ga-gxz\d/,'^_=<>[\]().-]+$/.test(decoration);
}
