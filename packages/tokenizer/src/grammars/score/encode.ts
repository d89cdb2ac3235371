import { barsOf, isDrum, keyOf, type Note, notesOf, type Piece } from '@etude/music';
import { checkLength, GrammarError } from '../grammar.js';
import { apart } from '../instrument-track.js';
import { nearVelocity } from '../near-velocity.js';
import { MOST_STEPS, MOST_VOICES, ScoreFollower, shiftOf } from './follower.js';
import type { KnownTokens } from './known-tokens.js';
import { FASTEST, LONGEST, MOST_BARS, type ScoreToken } from './tokens.js';

/** A note or a chord, in steps of the grid. */
interface Chord {
  readonly part: number;
  readonly start: number;
  end: number;
  readonly keys: number[];
  readonly velocities: number[];
}

interface Line {
  readonly part: number;
  readonly chords: Chord[];
  /** how many of them are written */
  done: number;
  until: number;
}

/** How fine a piece is written. */
interface Detail {
  readonly stepsPerBeat: number;
  /** how many velocities are told apart, 1 to 127; undefined: none is written */
  readonly dynamics?: number | undefined;
}

/**
 * @param known the tokens that there are: lengths and the signature are made of those
 * @throws {GrammarError} where the piece is too long, has too many voices, or cannot be written with the known tokens
 */
export function encode(piece: Piece, { stepsPerBeat, dynamics }: Detail, known?: KnownTokens): ScoreToken[] {
  const stepOf = (tick: number) => Math.round((tick * stepsPerBeat) / piece.division);
  const notes = notesOf(piece);
  if (notes.length === 0) return [];
  const { programs, lines } = linesOf(notes, stepOf, known);
  const last = lines.reduce((end, { until }) => Math.max(end, until), 0);
  checkLength(last);
  const own = keyWritten(piece, notes);
  const key = known?.nearestKey(own) ?? own;
  const shift = shiftOf(key.sharps);
  const follower = new ScoreFollower(stepsPerBeat);
  const tokens: ScoreToken[] = [];
  const add = (token: ScoreToken) => {
    tokens.push(token);
    follower.add(token);
  };
  const [first, second] = firstBars(piece);
  const upbeat = second === undefined ? 0 : stepOf(first.length);
  // What is so short that the grid knows nothing of it is no bar.
  const { numerator, denominator } = second !== undefined && upbeat === 0 ? second : first;
  known?.checkMetre(numerator, denominator);
  add({ kind: 'metre', numerator, denominator });
  add({ kind: 'key', ...key });
  if (upbeat > 0 && upbeat < Math.min(follower.barLength, MOST_STEPS)) {
    known?.checkUpbeat(upbeat);
    add({ kind: 'upbeat', steps: upbeat });
  }
  const count = Math.min(MOST_BARS, Math.max(1, Math.ceil((last - follower.upbeat) / follower.barLength)));
  add({ kind: 'bars', count: known?.nearestBars(count) ?? count });
  const tempos = piece.tempos.map(({ tick, microseconds }) => ({
    step: stepOf(tick),
    speed: Math.min(FASTEST, Math.max(1, Math.round(6e7 / microseconds))),
  }));
  const metres = piece.timeSignatures.map((metre) => ({ ...metre, step: stepOf(metre.tick) }));
  let speed: number | undefined;
  const catchUp = () => {
    let metre: (typeof metres)[number] | undefined;
    while (metres.length > 0 && metres[0]!.step <= follower.barStart) metre = metres.shift();
    const { numerator, denominator } = follower.metre;
    if (metre && (metre.numerator !== numerator || metre.denominator !== denominator)) {
      const token = { kind: 'metre', numerator: metre.numerator, denominator: metre.denominator } as const;
      if (follower.voices.length > 0 && known?.has(token) !== false) add(token);
    }
    let tempo: number | undefined;
    while (tempos.length > 0 && tempos[0]!.step <= follower.now) tempo = tempos.shift()!.speed;
    if (tempo !== undefined && tempo !== speed) {
      speed = tempo;
      add({ kind: 'tempo', speed });
    }
  };

  const waiting = [...lines];
  /** lines in the order of the follower's voices */
  const written: Line[] = [];
  const parts = new Map<number, number>();
  let left = lines.reduce((sum, { chords }) => sum + chords.length, 0);
  catchUp();
  while (left > 0) {
    // A voice comes in with the event behind which it could no longer.
    while (waiting.length > 0 && (written.length === 0 || waiting[0]!.chords[0]!.start < follower.now)) {
      const line = waiting.shift()!;
      const known = parts.get(line.part);
      if (known === undefined) {
        parts.set(line.part, parts.size + 1);
        add({ kind: 'part', program: programs[line.part]! });
      } else add({ kind: 'voice', part: known });
      written.push(line);
      line.until = follower.lastStart;
    }
    if (follower.last === 'duration') catchUp();
    const { voice, now: start } = follower;
    const line = written[voice]!;
    const chord = line.chords[line.done];
    const gap = Math.min(chord?.start ?? Number.POSITIVE_INFINITY, follower.barEnd) - start;
    // What is too short for a rest is none.
    if (chord !== undefined && (chord.start <= start || chord.start - start < (known?.shortest ?? 0))) {
      const velocity = dynamics && nearVelocity(mean(chord.velocities), dynamics);
      const written = velocity && (known ? known.nearestVelocity(velocity) : velocity);
      if (written && written !== follower.velocity) add({ kind: 'velocity', velocity: written });
      for (const each of chord.keys) {
        const isDrum = programs[line.part]! < 0;
        const token = { kind: 'pitch', key: isDrum ? each : each + shift, isDrum } as const;
        // Where lengths are others than the piece's, a key may sound still.
        if (known === undefined || follower.fits(token)) add(token);
      }
      const isSilent = follower.open === undefined;
      if (isSilent) add({ kind: 'rest' });
      const steps = Math.min(LONGEST, chord.end - chord.start);
      line.done += 1;
      left -= 1;
      const next = line.chords[line.done]?.start;
      const restAfter = (length: number) => {
        if (left === 0) return 0;
        const { barEnd, barLength } = follower;
        const at = start + length;
        const end = barEnd + barLength * Math.max(0, Math.ceil((at - barEnd) / barLength));
        const isClose = next !== undefined && next >= at && next - at < known!.shortest;
        return isClose ? 0 : Math.min(next ?? end, end) - at;
      };
      if (isSilent) add({ kind: 'duration', steps: known!.rest(Math.min(steps, follower.barEnd - start)) });
      else add({ kind: 'duration', steps: known?.length(steps, restAfter) ?? steps });
    } else {
      add({ kind: 'rest' });
      add({ kind: 'duration', steps: known?.rest(gap) ?? gap });
    }
  }
  return tokens;
}

/** The first bar, and the second where it begins before the first one would end. */
function firstBars({ timeSignatures, division }: Piece) {
  const bars = barsOf(timeSignatures, division);
  const [first, second] = [bars.next().value, bars.next().value];
  const whole = (division * 4 * first.numerator) / first.denominator;
  return first.length < Math.round(whole) ? ([first, second] as const) : ([first, undefined] as const);
}

/** The signature, and the tonic above that of its major key; where keys of MIDI would be left, no signature. */
function keyWritten(piece: Piece, notes: readonly Note[]): { sharps: number; tonic: number } {
  const { tonic, minor } = keyOf(piece);
  const [signature] = piece.keySignatures;
  const above = signature?.tonic ?? (minor ? 9 : 0);
  const major = (tonic - above + 12) % 12;
  const sharps = signature?.sharps ?? ((major * 7 + 5) % 12) - 5;
  const shift = shiftOf(sharps);
  const fits = notes.every((note) => isDrum(note) || (note.key + shift >= 0 && note.key + shift <= 127));
  return fits ? { sharps, tonic: above } : { sharps: 0, tonic };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

type PartNote = Pick<Note, 'key' | 'start' | 'end' | 'velocity'>;

/** Notes on the grid by part, parts in the order in which they come in, of those that begin together in that of their tracks. */
function partsOf(notes: readonly Note[], stepOf: (tick: number) => number) {
  const parts = new Map<string, { program: number; notes: PartNote[] }>();
  for (const note of notes) {
    const program = isDrum(note) ? -1 : note.program;
    const id = `${note.track} ${note.channel} ${program}`;
    const part = parts.get(id) ?? { program, notes: [] };
    parts.set(id, part);
    const start = stepOf(note.start);
    const end = Math.min(start + LONGEST, Math.max(start + 1, stepOf(note.end)));
    part.notes.push({ key: note.key, velocity: note.velocity, start, end });
  }
  return [...parts.values()]
    .map((part) => ({ ...part, notes: apart(part.notes), first: part.notes[0]!.start }))
    .sort((a, b) => a.first - b.first);
}

/**
 * Lines in the order in which they begin: what sounds together in a part and neither begins nor ends together is in several. Of a part that is known to
 * have one voice what has begun before ends, and what begins together is one chord.
 */
function linesOf(notes: readonly Note[], stepOf: (tick: number) => number, tokens?: KnownTokens) {
  const parts = partsOf(notes, stepOf);
  const chords = new Map<string, Chord>();
  parts.forEach(({ notes: own }, part) => {
    for (const { key, velocity, start, end } of own) {
      const id = `${part} ${start} ${end}`;
      const chord = chords.get(id) ?? { part, start, end, keys: [], velocities: [] };
      chords.set(id, chord);
      chord.keys.push(key);
      chord.velocities.push(velocity);
    }
  });
  for (const { keys } of chords.values()) keys.sort((a, b) => a - b);
  const inOrder = [...chords.values()].sort(
    (a, b) => a.start - b.start || a.part - b.part || b.keys.at(-1)! - a.keys.at(-1)! || b.end - a.end,
  );
  const lines: Line[] = [];
  const ofPart = parts.map((): Line[] => []);
  /** in the order in which parts come in, counted from 1 */
  const numbers = new Map<number, number>();
  for (const chord of inOrder) {
    const known = ofPart[chord.part]!;
    if (known.length === 0) numbers.set(chord.part, numbers.size + 1);
    else if (tokens?.mayDivide(numbers.get(chord.part)!) === false) {
      const [line] = known as [Line];
      const last = line.chords.at(-1)!;
      if (last.start === chord.start) {
        last.keys.push(...chord.keys.filter((key) => !last.keys.includes(key)));
        last.keys.sort((a, b) => a - b);
        continue;
      }
      last.end = Math.min(last.end, chord.start);
      line.until = last.end;
    }
    const free = known.find(({ until }) => until <= chord.start);
    const line = free ?? { part: chord.part, chords: [], done: 0, until: 0 };
    if (free === undefined) {
      known.push(line);
      if (lines.push(line) > MOST_VOICES) {
        throw new GrammarError(
          `the piece has more than ${MOST_VOICES} voices: are there notes that are never ended, or should extract-track.track take fewer tracks?`,
        );
      }
    }
    line.chords.push(chord);
    line.until = chord.end;
  }
  return { programs: parts.map(({ program }) => program), lines };
}
