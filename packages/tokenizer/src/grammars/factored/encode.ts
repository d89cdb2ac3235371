import { isDrum, notesOf, type Piece } from '@etude/music';
import { checkLength } from '../grammar.js';
import { nearVelocity } from '../near-velocity.js';
import { compareInstruments } from './instruments.js';
import { barLength, COMMON_TIME, type Metre } from './place.js';
import { FASTEST, type FactoredToken, type Instrument, LONGEST } from './tokens.js';

/** A note on the grid; times in steps from the beginning of the piece. */
export interface GridNote {
  readonly instrument: Instrument;
  readonly key: number;
  readonly velocity: number;
  readonly start: number;
  /** at least 1 */
  readonly duration: number;
}

export interface FactoredSettings {
  /** steps a quarter note of the grid */
  readonly steps: number;
  /** how many velocities are told apart, 1 to 127 */
  readonly velocities: number;
}

/** @throws {GrammarError} where the piece is too long */
export function encode(piece: Piece, { steps, velocities }: FactoredSettings): FactoredToken[] {
  const stepOf = (tick: number) => Math.round((tick * steps) / piece.division);
  const notes = gridNotes(piece, stepOf, velocities);
  const last = notes.at(-1)?.start ?? -1;
  checkLength(last);
  // What comes behind the last note changes nothing.
  const tempos = piece.tempos
    .filter(({ tick }) => stepOf(tick) <= last)
    .map(({ tick, microseconds }) => ({
      step: stepOf(tick),
      speed: Math.min(FASTEST, Math.max(1, Math.round(6e7 / microseconds))),
    }));
  const metres = piece.timeSignatures.map((metre) => ({ ...metre, step: stepOf(metre.tick) }));
  const tokens: FactoredToken[] = [];
  let [nextNote, nextTempo, nextMetre] = [0, 0, 0];
  let metre: Metre = COMMON_TIME;
  let playing: Instrument | undefined;
  for (let start = 0; nextNote < notes.length; ) {
    tokens.push({ kind: 'bar' });
    // A change of metre inside a bar waits for the next one: bars are whole.
    let changed = false;
    for (; nextMetre < metres.length && metres[nextMetre]!.step <= start; nextMetre++) {
      metre = metres[nextMetre]!;
      changed = true;
    }
    if (changed) tokens.push({ kind: 'metre', numerator: metre.numerator, denominator: metre.denominator });
    const end = start + barLength(metre, steps);
    let position = -1;
    const moveTo = (step: number) => {
      if (step - start !== position) tokens.push({ kind: 'position', step: step - start });
      position = step - start;
    };
    for (;;) {
      const tempo = tempos[nextTempo];
      const note = notes[nextNote];
      if (tempo !== undefined && tempo.step < end && tempo.step <= (note?.start ?? end)) {
        // Of several tempos at one place the last one counts.
        if (tempos[nextTempo + 1]?.step !== tempo.step) {
          moveTo(Math.max(tempo.step, start));
          tokens.push({ kind: 'tempo', speed: tempo.speed });
        }
        nextTempo += 1;
      } else if (note !== undefined && note.start < end) {
        moveTo(note.start);
        const { instrument, key, velocity, duration } = note;
        if (playing === undefined || compareInstruments(instrument, playing) !== 0) {
          tokens.push({ kind: 'instrument', instrument });
        }
        playing = instrument;
        tokens.push({ kind: 'pitch', key, isDrum: instrument.program < 0 }, { kind: 'velocity', velocity });
        tokens.push({ kind: 'duration', steps: duration });
        nextNote += 1;
      } else break;
    }
    start = end;
  }
  return tokens;
}

/** Notes on the grid in the order of their tokens: by start, instrument, key. */
function gridNotes(piece: Piece, stepOf: (tick: number) => number, velocities: number): GridNote[] {
  const notes = notesOf(piece);
  const instrumentOf = numberInstruments(notes);
  const placed = notes.map((note): GridNote => {
    const start = stepOf(note.start);
    return {
      instrument: instrumentOf(note),
      ...{ key: note.key, velocity: nearVelocity(note.velocity, velocities), start },
      duration: Math.min(LONGEST, Math.max(1, stepOf(note.end) - start)),
    };
  });
  placed.sort(
    (a, b) =>
      a.start - b.start || compareInstruments(a.instrument, b.instrument) || a.key - b.key || b.duration - a.duration,
  );
  // What the grid moved onto each other is one note, the longest.
  return placed.filter((note, i) => {
    const before = placed[i - 1];
    return (
      before?.start !== note.start ||
      before.key !== note.key ||
      compareInstruments(before.instrument, note.instrument) !== 0
    );
  });
}

type Notes = ReturnType<typeof notesOf>;

/** Who plays a note. Instruments are numbered in the order of tracks, not of who plays first. */
function numberInstruments(notes: Notes): (note: Notes[number]) => Instrument {
  const instruments = new Map<string, Instrument>();
  const counts = new Map<number, number>();
  const instrumentOf = (note: Notes[number]): Instrument => {
    const program = isDrum(note) ? -1 : note.program;
    const id = `${note.track} ${note.channel} ${program}`;
    let instrument = instruments.get(id);
    if (instrument === undefined) {
      const number = (counts.get(program) ?? 0) + 1;
      counts.set(program, number);
      instrument = { program, number };
      instruments.set(id, instrument);
    }
    return instrument;
  };
  const inTracks = [...notes].sort((a, b) => a.track - b.track || a.channel - b.channel || a.start - b.start);
  for (const note of inTracks) instrumentOf(note);
  return instrumentOf;
}
