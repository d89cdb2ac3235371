import { type ChannelEvent, ChannelEvents, type Tempo, type TimeSignature } from '@etude/midi-reader';
import { type Piece, type PieceTrack, PROGRAMS } from '@etude/music';
import { TokenError } from '../grammar.js';
import type { GridNote } from './encode.js';
import { channelFor, compareInstruments } from './instruments.js';
import { expectedAt, mayCome } from './place.js';
import { FactoredReader, type Grid } from './reader.js';
import type { Instrument } from './tokens.js';

/** @throws {TokenError} at the first token that may not stand where it does */
export function decode(texts: readonly string[], grid: Grid): Piece {
  const { tokens, stepsPerBeat, unit } = grid;
  const tempos: Tempo[] = [];
  const timeSignatures: TimeSignature[] = [];
  const notes: GridNote[] = [];
  const reader = new FactoredReader(grid);
  let [key, velocity] = [0, 0];
  texts.forEach((text, index) => {
    const token = tokens.read(text);
    if (token === undefined || !mayCome(reader.place, token)) {
      throw new TokenError(index, `expected ${expectedAt(reader.place)}, found "${text}"`);
    }
    reader.addToken(token);
    const { instrument, step: start } = reader;
    switch (token.kind) {
      case 'metre': {
        const { numerator, denominator } = token;
        timeSignatures.push({ tick: reader.barStart * unit, numerator, denominator });
        break;
      }
      case 'tempo':
        tempos.push({ tick: start * unit, microseconds: Math.round(6e7 / token.speed) });
        break;
      case 'pitch':
        key = token.key;
        break;
      case 'velocity':
        velocity = token.velocity;
        break;
      case 'duration':
        notes.push({ instrument, key, velocity, start, duration: token.steps });
        break;
    }
  });
  const division = unit * stepsPerBeat;
  return { division, tempos, timeSignatures, keySignatures: [], tracks: toTracks(notes, unit) };
}

function toTracks(notes: readonly GridNote[], unit: number): PieceTrack[] {
  const parts: { instrument: Instrument; notes: GridNote[] }[] = [];
  for (const note of [...notes].sort((a, b) => compareInstruments(a.instrument, b.instrument))) {
    const part = parts.at(-1);
    if (part && compareInstruments(part.instrument, note.instrument) === 0) part.notes.push(note);
    else parts.push({ instrument: note.instrument, notes: [note] });
  }
  return parts.map(({ instrument, notes }, index) => {
    const isDrum = instrument.program < 0;
    const channel = channelFor(index, isDrum);
    const events: ChannelEvent[] = apart(notes).flatMap(({ key, velocity, start, duration }) => [
      { tick: start * unit, status: 0x90 | channel, data1: key, data2: velocity },
      { tick: (start + duration) * unit, status: 0x80 | channel, data1: key, data2: 0 },
    ]);
    events.sort((a, b) => a.tick - b.tick || a.status - b.status || a.data1 - b.data1);
    const head = isDrum ? [] : [{ tick: 0, status: 0xc0 | channel, data1: instrument.program, data2: 0 }];
    return { name: nameOf(instrument), events: ChannelEvents.of([...head, ...events]) };
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

function nameOf({ program, number }: Instrument): string {
  return `${program < 0 ? 'percussion' : PROGRAMS[program]}${number === 1 ? '' : ` ${number}`}`;
}
