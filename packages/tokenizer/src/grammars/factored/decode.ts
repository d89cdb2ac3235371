import type { Tempo, TimeSignature } from '@etude/midi-reader';
import { type Piece, type PieceTrack, PROGRAMS } from '@etude/music';
import { TokenError } from '../grammar.js';
import { channelFor, instrumentTrack } from '../instrument-track.js';
import type { GridNote } from './encode.js';
import { compareInstruments } from './instruments.js';
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
    const { program } = instrument;
    const placed = notes.map(({ key, velocity, start, duration }) => ({
      ...{ key, velocity },
      ...{ start: start * unit, end: (start + duration) * unit },
    }));
    return instrumentTrack({ name: nameOf(instrument), program, channel: channelFor(index, program < 0) }, placed);
  });
}

function nameOf({ program, number }: Instrument): string {
  return `${program < 0 ? 'percussion' : PROGRAMS[program]}${number === 1 ? '' : ` ${number}`}`;
}
