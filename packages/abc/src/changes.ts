import { signatureOf } from './key.js';
import type { Element, ParsedTune } from './parsed-tune.js';
import { voicesOf } from './parsed-tune.js';

/** A change of metre inside a tune. */
export interface MetreChange {
  /** in whole notes from the tune's beginning, as it is played */
  readonly time: number;
  readonly numerator: number;
  readonly denominator: number;
}

/** A key signature, as it is played. */
export interface KeyChange {
  /** in whole notes from the tune's beginning */
  readonly time: number;
  /** -7 to 7; negative: flats */
  readonly sharps: number;
  readonly minor: boolean;
}

/** A change of tempo inside a tune. */
export interface TempoChange {
  readonly time: number;
  /** undefined: back to the tempo with which the tune began */
  readonly element: Element | undefined;
}

/** MIDI directives that say which notes sound and on what; abcjs writes what it does not know of the others to the console. */
const HEARD = new Set(['program', 'channel', 'transpose', 'drum', 'drumon', 'drumoff', 'drumbars']);

/**
 * Takes out of a tune the changes of tempo, since abcjs would stretch the notes behind them, and what does not sound.
 * @returns the voices as they were
 */
export function withoutTempos(parsed: ParsedTune): Element[][] {
  const voices = voicesOf(parsed);
  for (const { staff: staves = [] } of parsed.lines) {
    for (const { voices: ofStaff = [] } of staves) {
      for (const elements of ofStaff) {
        const others = elements.filter(
          ({ el_type, cmd }) => el_type !== 'tempo' && (el_type !== 'midi' || HEARD.has(cmd!)),
        );
        elements.splice(0, elements.length);
        for (const element of others) elements.push(element);
      }
    }
  }
  return voices;
}

/** Takes repeats, endings and grace notes out of a tune, so that every bar is played once and as long as it is written. */
export function asWritten({ lines }: ParsedTune): void {
  type Changeable = { type?: string; startEnding?: string; gracenotes?: unknown; decoration?: unknown };
  for (const { staff: staves = [] } of lines) {
    for (const element of staves.flatMap(({ voices = [] }) => voices.flat()) as Changeable[]) {
      if (/^bar_.*repeat$/.test(element.type ?? '')) element.type = 'bar_thin';
      delete element.startEnding;
      delete element.gracenotes;
      delete element.decoration;
    }
  }
}

/**
 * Where tempo, metre and key change as a tune is played, repeats and all: each note knows when it is played, and what holds for it.
 * @param voices of a tune whose audio has been set up
 */
export function changesOf(voices: readonly (readonly Element[])[]): {
  metres: MetreChange[];
  tempos: TempoChange[];
  keys: KeyChange[];
} {
  const metres = changesIn(voices, ({ el_type }) => el_type === 'meter').flatMap(({ time, element }) => {
    const metre = element && metreOf(element);
    return metre === undefined ? [] : [{ time, ...metre }];
  });
  // A tempo that is a word alone, such as "rit.", says nothing that could be played.
  const tempos = changesIn(voices, ({ el_type, bpm }) => el_type === 'tempo' && bpm !== undefined);
  const keys = changesIn(voices, ({ el_type }) => el_type === 'key').flatMap(({ time, element }) => {
    const key = element && signatureOf(element);
    return key === undefined ? [] : [{ time, ...key }];
  });
  return { metres, tempos, keys };
}

function changesIn(voices: readonly (readonly Element[])[], isChange: (element: Element) => boolean): TempoChange[] {
  const changes = new Map<number, Element | undefined>();
  for (const voice of voices) {
    const held: TempoChange[] = [];
    let present: Element | undefined;
    for (const element of voice) {
      if (isChange(element)) present = element;
      for (const time of timesOf(element)) held.push({ time, element: present });
    }
    held.sort((a, b) => a.time - b.time);
    let before: Element | undefined;
    for (const { time, element } of held) {
      // What several voices say at one time the first of them decides.
      if (element !== before && !changes.has(time)) changes.set(time, element);
      before = element;
    }
  }
  return Array.from(changes, ([time, element]) => ({ time, element })).sort((a, b) => a.time - b.time);
}

function timesOf({ currentTrackWholeNotes: times }: Element): readonly number[] {
  return times === undefined ? [] : typeof times === 'number' ? [times] : times;
}

function metreOf({ type, value }: Element): { numerator: number; denominator: number } | undefined {
  if (type === 'common_time') return { numerator: 4, denominator: 4 };
  if (type === 'cut_time') return { numerator: 2, denominator: 2 };
  const [first] = value ?? [];
  if (first?.den === undefined) return undefined;
  const numerator = first.num.split(/[+.]/).reduce((sum, part) => sum + Number.parseInt(part, 10), 0);
  return { numerator, denominator: Number(first.den) };
}

/** Whole notes of a bar that is not full at the beginning of a tune; 0 where it begins with a full bar, or has no metre. */
export function upbeatOf(voice: readonly Element[], bar: number): number {
  let length = 0;
  let triplet = 1;
  for (const element of voice) {
    if (element.el_type === 'bar' && length > 0) return length < bar - 1e-6 ? length : 0;
    if (element.el_type !== 'note' || element.rest?.type === 'spacer') continue;
    if (element.startTriplet !== undefined) triplet = element.tripletMultiplier ?? 1;
    length += Number(element.duration) * triplet;
    if (element.endTriplet) triplet = 1;
  }
  return 0;
}
