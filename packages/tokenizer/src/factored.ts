import { type ChannelEvent, ChannelEvents, type Tempo, type TimeSignature } from '@etude/midi-reader';
import { isDrum, notesOf, type Piece, type PieceTrack, PROGRAMS } from '@etude/music';

import { factoredVoice } from './factored-voice.js';
import {
  checkLength,
  END_OF_PIECE,
  type Grammar,
  type GrammarState,
  type NoteReader,
  START,
  TokenError,
  ticksOfStep,
} from './grammar.js';
import { channelFor, compareVoices, type Voice, voiceOf, voiceToken } from './voices.js';

const COMMON_TIME = { numerator: 4, denominator: 4 };

/** A note on the grid; times in steps from the beginning of the piece. */
interface GridNote {
  readonly voice: Voice;
  readonly key: number;
  readonly velocity: number;
  readonly start: number;
  /** at least 1 */
  readonly duration: number;
}

/** Quarter notes a minute; a faster tempo is written as this one. */
const FASTEST = 1000;
/** Steps of a note; a longer one is written as this one. */
const LONGEST = 1_000_000;

export interface FactoredSettings {
  /** steps a quarter note of the grid */
  readonly steps: number;
  /** how many velocities are told apart, 1 to 127 */
  readonly velocities: number;
}

/**
 * The factored grammar (docs/factored.md): bar, position, instrument, pitch, velocity and duration of a note are tokens of their
 * own, in the manner of REMI (Huang and Yang 2020) with MidiTok's names.
 */
export function factoredGrammar({ steps, velocities }: FactoredSettings): Grammar {
  const unit = ticksOfStep(steps);
  return {
    division: unit * steps,
    encode: (piece) => encode(piece, steps, velocities),
    decode: (tokens) => decode(tokens, steps, unit),
    reader: () => reader(steps, unit),
    startsLine: (token) => token === 'Bar_None',
    maySongStart: (token) => token === 'Bar_None',
    follow: (state, token) => follow(state, token, steps),
    around: (voice, known) => factoredVoice(voice, known, { unit, reader: () => reader(steps, unit) }),
  };
}

function encode(piece: Piece, steps: number, velocities: number): string[] {
  const stepOf = (tick: number) => Math.round((tick * steps) / piece.division);
  const notes = gridNotes(piece, stepOf, velocities);
  const last = notes.at(-1)?.start ?? -1;
  checkLength(last);
  // What comes behind the last note changes nothing.
  const tempos = piece.tempos
    .filter(({ tick }) => stepOf(tick) <= last)
    .map(({ tick, microseconds }) => ({
      step: stepOf(tick),
      token: `Tempo_${Math.min(FASTEST, Math.max(1, Math.round(6e7 / microseconds)))}`,
    }));
  const metres = piece.timeSignatures.map((metre) => ({ ...metre, step: stepOf(metre.tick) }));
  const tokens: string[] = [];
  let [nextNote, nextTempo, nextMetre] = [0, 0, 0];
  let metre: { numerator: number; denominator: number } = COMMON_TIME;
  let voice = '';
  for (let start = 0; nextNote < notes.length; ) {
    tokens.push('Bar_None');
    // A change of metre inside a bar waits for the next one: bars are whole.
    let changed = false;
    for (; nextMetre < metres.length && metres[nextMetre]!.step <= start; nextMetre++) {
      metre = metres[nextMetre]!;
      changed = true;
    }
    if (changed) tokens.push(`TimeSig_${metre.numerator}/${metre.denominator}`);
    const end = start + barLength(metre, steps);
    let position = -1;
    const moveTo = (step: number) => {
      if (step - start !== position) tokens.push(`Position_${step - start}`);
      position = step - start;
    };
    for (;;) {
      const tempo = tempos[nextTempo];
      const note = notes[nextNote];
      if (tempo !== undefined && tempo.step < end && tempo.step <= (note?.start ?? end)) {
        // Of several tempos at one place the last one counts.
        if (tempos[nextTempo + 1]?.step !== tempo.step) {
          moveTo(Math.max(tempo.step, start));
          tokens.push(tempo.token);
        }
        nextTempo += 1;
      } else if (note !== undefined && note.start < end) {
        moveTo(note.start);
        const instrument = voiceToken(note.voice);
        if (instrument !== voice) tokens.push(instrument);
        voice = instrument;
        const pitch = note.voice.program < 0 ? 'PitchDrum' : 'Pitch';
        tokens.push(`${pitch}_${note.key}`, `Velocity_${note.velocity}`, `Duration_${note.duration}`);
        nextNote += 1;
      } else break;
    }
    start = end;
  }
  return tokens;
}

/** Notes on the grid in the order of their tokens: by start, instrument, key. */
function gridNotes(piece: Piece, stepOf: (tick: number) => number, velocities: number): GridNote[] {
  const voices = new Map<string, Voice>();
  const counts = new Map<number, number>();
  const voiceFor = (track: number, channel: number, program: number): Voice => {
    const id = `${track} ${channel} ${program}`;
    let voice = voices.get(id);
    if (voice === undefined) {
      const number = (counts.get(program) ?? 0) + 1;
      counts.set(program, number);
      voice = { program, number };
      voices.set(id, voice);
    }
    return voice;
  };
  const notes = notesOf(piece);
  // Instruments are numbered in the order of tracks, not of who plays first.
  const inTracks = [...notes].sort((a, b) => a.track - b.track || a.channel - b.channel || a.start - b.start);
  for (const note of inTracks) voiceFor(note.track, note.channel, isDrum(note) ? -1 : note.program);
  const placed = notes.map((note): GridNote => {
    const start = stepOf(note.start);
    return {
      voice: voiceFor(note.track, note.channel, isDrum(note) ? -1 : note.program),
      ...{ key: note.key, velocity: nearVelocity(note.velocity, velocities), start },
      duration: Math.min(LONGEST, Math.max(1, stepOf(note.end) - start)),
    };
  });
  placed.sort(
    (a, b) => a.start - b.start || compareVoices(a.voice, b.voice) || a.key - b.key || b.duration - a.duration,
  );
  // What the grid moved onto each other is one note, the longest.
  return placed.filter((note, i) => {
    const before = placed[i - 1];
    return before?.start !== note.start || before.key !== note.key || compareVoices(before.voice, note.voice) !== 0;
  });
}

/** The velocity that stands for all those of its `count`th part of the range. */
function nearVelocity(velocity: number, count: number): number {
  const part = Math.floor((velocity * count) / 128);
  return Math.max(1, Math.floor(((part + 0.5) * 128) / count));
}

function barLength({ numerator, denominator }: { numerator: number; denominator: number }, steps: number): number {
  return Math.max(1, Math.round((steps * 4 * numerator) / denominator));
}

function decode(tokens: readonly string[], steps: number, unit: number): Piece {
  const tempos: Tempo[] = [];
  const timeSignatures: TimeSignature[] = [];
  const notes: GridNote[] = [];
  let metre: { numerator: number; denominator: number } = COMMON_TIME;
  let [barStart, length, position] = [0, 0, 0];
  let voice: Voice = { program: 0, number: 1 };
  let [key, velocity] = [0, 0];
  let state: GrammarState | undefined = START;
  tokens.forEach((token, index) => {
    const before = state!;
    state = follow(before, token, steps);
    if (state === undefined) {
      throw new TokenError(index, `expected ${expectedAfter(before)}, found "${token}"`);
    }
    const [kind, value = ''] = token.split('_', 2);
    switch (kind) {
      case 'Bar':
        barStart += length;
        length = barLength(metre, steps);
        break;
      case 'TimeSig': {
        const [numerator, denominator] = value.split('/').map(Number) as [number, number];
        metre = { numerator, denominator };
        length = barLength(metre, steps);
        timeSignatures.push({ tick: barStart * unit, ...metre });
        break;
      }
      case 'Position':
        position = Number(value);
        break;
      case 'Tempo':
        tempos.push({ tick: (barStart + position) * unit, microseconds: Math.round(6e7 / Number(value)) });
        break;
      case 'Program':
        voice = voiceOf(token)!;
        break;
      case 'Pitch':
      case 'PitchDrum':
        key = Number(value);
        break;
      case 'Velocity':
        velocity = Number(value);
        break;
      case 'Duration':
        notes.push({ voice, key, velocity, start: barStart + position, duration: Number(value) });
        break;
    }
  });
  return { division: unit * steps, tempos, timeSignatures, keySignatures: [], tracks: toTracks(notes, unit) };
}

function reader(steps: number, unit: number): NoteReader {
  let metre: { numerator: number; denominator: number } = COMMON_TIME;
  let [barStart, length, position] = [0, 0, 0];
  let voice: Voice = { program: 0, number: 1 };
  /** instrument and key of the notes that begin at the present place */
  let here = new Set<string>();
  const idOf = (token: string) => `${voiceToken(voice)} ${token}`;
  return {
    allows: (token) => !token.startsWith('Pitch') || !here.has(idOf(token)),
    noteOf(token) {
      if (!token.startsWith('Pitch_')) return undefined;
      // Instruments are tracks of their own, those of a number after those of the one before.
      const track = voice.program + 128 * voice.number;
      return { start: (barStart + position) * unit, key: Number(token.slice('Pitch_'.length)), track, channel: 0 };
    },
    onsetAfter: (token) =>
      token.startsWith('Position_') ? (barStart + Number(token.slice('Position_'.length))) * unit : undefined,
    lengthOf: (token) =>
      token.startsWith('Duration_')
        ? { ticks: Number(token.slice('Duration_'.length)) * unit, isOver: false }
        : undefined,
    timeAfter(token) {
      if (token.startsWith('Bar_')) return (barStart + length) * unit;
      if (token.startsWith('Position_')) return (barStart + Number(token.slice('Position_'.length))) * unit;
      return (barStart + position) * unit;
    },
    add(token) {
      const [kind, value = ''] = token.split('_', 2);
      if (kind === 'Bar' || kind === 'Position') here = new Set();
      if (kind?.startsWith('Pitch')) here.add(idOf(token));
      if (kind === 'Bar') {
        barStart += length;
        length = barLength(metre, steps);
        position = 0;
      } else if (kind === 'TimeSig') {
        const [numerator, denominator] = value.split('/').map(Number) as [number, number];
        metre = { numerator, denominator };
        length = barLength(metre, steps);
      } else if (kind === 'Position') position = Number(value);
      else if (kind === 'Program') voice = voiceOf(token)!;
    },
  };
}

function toTracks(notes: readonly GridNote[], unit: number): PieceTrack[] {
  const byVoice = new Map<string, GridNote[]>();
  for (const note of notes) {
    const token = voiceToken(note.voice);
    const ofVoice = byVoice.get(token);
    if (ofVoice) ofVoice.push(note);
    else byVoice.set(token, [note]);
  }
  const voices = [...byVoice.values()].sort((a, b) => compareVoices(a[0]!.voice, b[0]!.voice));
  return voices.map((ofVoice, index) => {
    const { program } = ofVoice[0]!.voice;
    const channel = channelFor(index, program < 0);
    const events: ChannelEvent[] = apart(ofVoice).flatMap(({ key, velocity, start, duration }) => [
      { tick: start * unit, status: 0x90 | channel, data1: key, data2: velocity },
      { tick: (start + duration) * unit, status: 0x80 | channel, data1: key, data2: 0 },
    ]);
    events.sort((a, b) => a.tick - b.tick || a.status - b.status || a.data1 - b.data1);
    const head = program < 0 ? [] : [{ tick: 0, status: 0xc0 | channel, data1: program, data2: 0 }];
    return { name: nameOf(ofVoice[0]!.voice), events: ChannelEvents.of([...head, ...events]) };
  });
}

/** Notes of one instrument of which no two of a key sound at once: the next one ends the one before, of two that begin together the longer stays. */
function apart(notes: readonly GridNote[]): GridNote[] {
  const latest = new Map<number, GridNote>();
  const result: GridNote[] = [];
  for (const note of [...notes].sort((a, b) => b.start - a.start || b.duration - a.duration)) {
    const next = latest.get(note.key);
    if (next?.start === note.start) continue;
    const duration = Math.min(note.duration, (next?.start ?? Number.POSITIVE_INFINITY) - note.start);
    latest.set(note.key, note);
    result.push({ ...note, duration });
  }
  return result.reverse();
}

function nameOf({ program, number }: Voice): string {
  return `${program < 0 ? 'percussion' : PROGRAMS[program]}${number === 1 ? '' : ` ${number}`}`;
}

/**
 * States are written `place voice position length`: what came last (bar, metre, position, tempo, instrument, pitch, velocity,
 * note), which kind of instrument plays (0 none yet, 1 pitched, 2 percussion), where in the bar, and how long it is.
 */
function follow(state: GrammarState, token: string, steps: number): GrammarState | undefined {
  const [place, voice, position, length] =
    state === START ? ['start', 0, -1, barLength(COMMON_TIME, steps)] : parse(state);
  const go = (to: string, more: { voice?: number; position?: number; length?: number } = {}) =>
    `${to} ${more.voice ?? voice} ${more.position ?? position} ${more.length ?? length}`;
  const noteMayBegin = ['position', 'tempo', 'note'].includes(place);
  if (token === END_OF_PIECE) return ['bar', 'metre', 'tempo', 'note'].includes(place) ? START : undefined;
  const at = token.indexOf('_');
  const value = token.slice(at + 1);
  switch (token.slice(0, at)) {
    case 'Bar':
      return value === 'None' && ['start', 'bar', 'metre', 'tempo', 'note'].includes(place)
        ? go('bar', { position: -1 })
        : undefined;
    case 'TimeSig': {
      const [numerator = 0, denominator = 0] = /^[1-9]\d*\/[1-9]\d*$/.test(value) ? value.split('/').map(Number) : [];
      if (place !== 'bar' || numerator === 0) return undefined;
      return go('metre', { length: barLength({ numerator, denominator }, steps) });
    }
    case 'Position': {
      const to = whole(value, 0, length - 1);
      const may = ['bar', 'metre', 'tempo', 'note'].includes(place) && to !== undefined && to > position;
      return may ? go('position', { position: to! }) : undefined;
    }
    case 'Tempo':
      return place === 'position' && whole(value, 1, FASTEST) ? go('tempo') : undefined;
    case 'Program': {
      const named = voiceOf(token);
      return noteMayBegin && named ? go('instrument', { voice: named.program < 0 ? 2 : 1 }) : undefined;
    }
    case 'Pitch':
    case 'PitchDrum': {
      const wanted = token.startsWith('PitchDrum') ? 2 : 1;
      const may = (noteMayBegin || place === 'instrument') && voice === wanted && whole(value, 0, 127) !== undefined;
      return may ? go('pitch') : undefined;
    }
    case 'Velocity':
      return place === 'pitch' && whole(value, 1, 127) ? go('velocity') : undefined;
    case 'Duration':
      return place === 'velocity' && whole(value, 1, LONGEST) ? go('note') : undefined;
    default:
      return undefined;
  }
}

function parse(state: GrammarState): [string, number, number, number] {
  const [place, voice, position, length] = state.split(' ');
  return [place!, Number(voice), Number(position), Number(length)];
}

function whole(text: string, from: number, to: number): number | undefined {
  const number = /^(0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
  return number >= from && number <= to ? number : undefined;
}

function expectedAfter(state: GrammarState): string {
  const [place] = state === START ? ['start'] : parse(state);
  const expected: Readonly<Record<string, string>> = {
    start: 'Bar_None',
    bar: 'a metre, a later position or a bar',
    metre: 'a later position or a bar',
    position: 'a tempo, an instrument or a pitch',
    tempo: 'a note, a later position or a bar',
    instrument: 'a pitch of this instrument',
    pitch: 'a velocity',
    velocity: 'a duration',
    note: 'a note, a later position or a bar',
  };
  return `${expected[place]!} of the factored grammar`;
}
