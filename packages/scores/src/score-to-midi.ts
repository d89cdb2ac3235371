import { keySignature, setTempo, type TrackToWrite, timeSignature, trackName, writeMidi } from '@etude/midi-writer';
import { greatestCommonDivisor, leastCommonMultiple } from '@etude/music';
import { withIrregularBars } from './irregular-bars.js';
import { playedOrder } from './order.js';
import type { Measure, Part, Score, ScoreNote } from './score.js';
import type { ScoreWarning } from './score-error.js';

/** Of every note, as in ABC: what a score says of dynamics is left out. */
const VELOCITY = 96;
/** Ticks a quarter note, or a multiple of it where notes are shorter. */
const DIVISION = 480;
const FINEST = 0x7fff;

export interface ScoreMusic {
  /** a Standard MIDI File of format 1: a conductor track, then a track a part */
  readonly bytes: Uint8Array;
  /** what was read around, in the order of the text */
  readonly warnings: readonly ScoreWarning[];
}

export interface ScoreOptions {
  /** `played`, which is the default: repeats and endings are followed; `written`: every measure once */
  readonly scores?: 'played' | 'written';
}

/** A measure that is played: its number in each part, and when. */
interface Place {
  readonly index: number;
  readonly start: number;
  readonly length: number;
}

/** A note in the time of the whole score. */
type Sounding = ScoreNote & { readonly start: number; readonly end: number };

/** The music of a score as a MIDI file. A measure that is not full at the beginning is an upbeat: it ends at a bar line. */
export function scoreToMidi(score: Score, { scores = 'played' }: ScoreOptions = {}): Uint8Array {
  const longest = score.parts
    .map(({ measures }) => measures)
    .reduce((most, measures) => (measures.length > most.length ? measures : most));
  const order = scores === 'written' ? [...longest.keys()] : playedOrder(longest.map(({ repeats }) => repeats));
  const places = placesOf(score, order);
  const parts = score.parts.map((part) => soundingNotes(part, places));
  const division = divisionOf(score, parts.flat());
  const toTicks = (units: number) => Math.round((units * division) / score.division);
  const meta = conductor(score, places, toTicks);
  const tracks = score.parts.map((part, index) => toTrack(part, parts[index]!, index, toTicks));
  return writeMidi({ format: 1, division, tracks: [{ meta, events: [] }, ...tracks] });
}

/**
 * Where each measure that is played begins and ends. All parts have a measure at one time. It is as long as the longest of them that has notes in it, since a
 * rest for a whole measure may be written with any duration.
 */
function placesOf({ parts }: Score, order: readonly number[]): Place[] {
  const measuresAt = (index: number) => parts.flatMap(({ measures }) => measures[index] ?? []);
  const lengthAt = (index: number) => {
    const measures = measuresAt(index);
    const longest = (of: readonly Measure[]) => of.reduce((most, { length }) => Math.max(most, length), 0);
    const bar = measures[0]?.bar ?? Number.POSITIVE_INFINITY;
    const rests = Math.min(longest(measures) || bar, bar);
    return longest(measures.filter(({ notes }) => notes.length > 0)) || (Number.isFinite(rests) ? rests : 0);
  };
  const first = order[0]!;
  const bar = measuresAt(first)[0]?.bar ?? 0;
  let next = order.length > 1 ? Math.max(0, bar - lengthAt(first)) : 0;
  return order.map((index) => {
    const place = { index, start: next, length: lengthAt(index) };
    next += place.length;
    return place;
  });
}

/** The notes of a part as they sound: tied ones are one, and none of a pitch begins before the one before it has ended. */
function soundingNotes({ measures }: Part, places: readonly Place[]): Sounding[] {
  const notes = places.flatMap(({ index, start }) =>
    (measures[index]?.notes ?? []).map((note) => ({
      ...note,
      start: start + note.at,
      end: start + note.at + note.length,
    })),
  );
  notes.sort((a, b) => a.start - b.start || a.key - b.key || a.end - b.end);
  const sounding: Sounding[] = [];
  /** place in `sounding` of the last note of each pitch */
  const last = new Map<number, number>();
  for (const note of notes) {
    const place = last.get(note.key);
    const before = place === undefined ? undefined : sounding[place]!;
    if (before?.tied && before.end === note.start) {
      sounding[place!] = { ...before, end: note.end, tied: note.tied };
    } else if (before?.start === note.start) {
      sounding[place!] = note;
    } else {
      if (before !== undefined && before.end > note.start) sounding[place!] = { ...before, end: note.start };
      last.set(note.key, sounding.length);
      sounding.push(note);
    }
  }
  return sounding;
}

/** Ticks a quarter note with which every note begins and ends at a tick, if there are. */
function divisionOf({ division }: Score, notes: readonly Sounding[]): number {
  let common = division;
  for (const { start, end } of notes) common = greatestCommonDivisor(greatestCommonDivisor(common, start), end);
  const own = division / common;
  const fine = leastCommonMultiple(DIVISION, own);
  return fine <= FINEST ? fine : own <= FINEST ? own : 10_080;
}

/** Tempo, metre and key. */
function conductor(score: Score, places: readonly Place[], toTicks: (units: number) => number) {
  const metres = changesIn(score, places, ({ metres }) => metres);
  return [
    ...changesIn(score, places, ({ tempos }) => tempos).map(({ at, ...tempo }) =>
      setTempo({ tick: toTicks(at), ...tempo }),
    ),
    ...withIrregularBars(metres, places, score.division).map(({ at, ...metre }) =>
      timeSignature({ tick: toTicks(at), ...metre }),
    ),
    ...changesIn(score, places, ({ keys }) => keys).map(({ at, ...key }) =>
      keySignature({ tick: toTicks(at), ...key }),
    ),
  ].sort((a, b) => a.tick - b.tick);
}

/** Changes of one kind in the time of the score: what several parts say at one time the first of them decides, and nothing is said twice. */
function changesIn<T extends { readonly at: number }>(
  { parts }: Score,
  places: readonly Place[],
  changesOf: (measure: Measure) => readonly T[],
): T[] {
  const found = parts.flatMap(({ measures }) =>
    places.flatMap(({ index, start }, place) => {
      const changes = measures[index] === undefined ? [] : changesOf(measures[index]);
      // What an upbeat begins with holds from the beginning of its bar.
      return changes.map((change) => ({ ...change, at: place === 0 && change.at === 0 ? 0 : start + change.at }));
    }),
  );
  found.sort((a, b) => a.at - b.at);
  const first = found.filter(({ at }, index) => found[index - 1]?.at !== at);
  const value = (change: T | undefined) => change && JSON.stringify({ ...change, at: 0 });
  return first.filter((change, index) => value(first[index - 1]) !== value(change));
}

/** The tenth channel is left to percussion (General MIDI 1); more than 15 parts share the others. */
function toTrack(
  { name, program }: Part,
  notes: readonly Sounding[],
  index: number,
  toTicks: (units: number) => number,
): TrackToWrite {
  const place = index % 15;
  const own = place < 9 ? place : place + 1;
  const events = notes.flatMap(({ start, end, key, isDrum }) => {
    const channel = isDrum ? 9 : own;
    return [
      { tick: toTicks(start), status: 0x90 | channel, data1: key, data2: VELOCITY },
      { tick: Math.max(toTicks(start) + 1, toTicks(end)), status: 0x80 | channel, data1: key, data2: 0 },
    ];
  });
  // At one tick notes end before others begin, the lower before the higher.
  events.sort((a, b) => a.tick - b.tick || a.status - b.status || a.data1 - b.data1);
  const head = { tick: 0, status: 0xc0 | own, data1: program, data2: 0 };
  return { meta: [trackName(name)], events: [head, ...events] };
}
