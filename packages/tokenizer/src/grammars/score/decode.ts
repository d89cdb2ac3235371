import type { Tempo, TimeSignature } from '@etude/midi-reader';
import { type Piece, type PieceTrack, PROGRAMS } from '@etude/music';
import { TokenError } from '../grammar.js';
import { channelFor, instrumentTrack } from '../instrument-track.js';
import type { TokenTable } from '../token-table.js';
import { ScoreFollower } from './follower.js';
import type { ScoreToken } from './tokens.js';

/** In ticks. */
interface ScoreNote {
  readonly part: number;
  readonly key: number;
  readonly velocity: number;
  readonly start: number;
  readonly end: number;
}

interface Resolution {
  readonly stepsPerBeat: number;
  /** ticks of a step */
  readonly unit: number;
}

/** @throws {TokenError} at the first token that may not stand where it does */
export function decode(
  texts: readonly string[],
  tokens: TokenTable<ScoreToken>,
  { stepsPerBeat, unit }: Resolution,
): Piece {
  const tempos: Tempo[] = [];
  const timeSignatures: TimeSignature[] = [];
  const follower = new ScoreFollower(stepsPerBeat);
  const notes: ScoreNote[] = [];
  texts.forEach((text, index) => {
    const token = tokens.read(text);
    if (token === undefined || !follower.fits(token)) {
      throw new TokenError(index, `expected ${expectedAt(follower)} of the score grammar, found "${text}"`);
    }
    if (token.kind === 'metre') {
      const { numerator, denominator } = token;
      timeSignatures.push({ tick: follower.barStart * unit, numerator, denominator });
    }
    const event = follower.add(token);
    if (token.kind === 'upbeat') timeSignatures.push({ ...timeSignatures.at(-1)!, tick: token.steps * unit });
    if (token.kind === 'tempo') {
      tempos.push({ tick: follower.now * unit, microseconds: Math.round(6e7 / token.speed) });
    }
    if (event === undefined) return;
    const { part } = follower.voices[event.voice]!;
    const shift = follower.programs[part]! < 0 ? 0 : follower.shift;
    const [start, end] = [event.start * unit, (event.start + event.steps) * unit];
    for (const key of event.keys) notes.push({ part, key: key - shift, velocity: event.velocity, start, end });
  });
  const { sharps, tonic } = follower.key;
  const isMode = tonic !== 0 && tonic !== 9;
  const signature = { tick: 0, sharps, minor: tonic === 9, ...(isMode && { tonic }) };
  return {
    ...{ division: unit * stepsPerBeat, tempos, timeSignatures },
    keySignatures: texts.length === 0 ? [] : [signature],
    tracks: toTracks(follower.programs, notes),
  };
}

function toTracks(programs: readonly number[], notes: readonly ScoreNote[]): PieceTrack[] {
  let pitched = 0;
  const counts = new Map<number, number>();
  return programs.map((program, part) => {
    const isDrum = program < 0;
    const count = (counts.get(program) ?? 0) + 1;
    counts.set(program, count);
    const name = `${isDrum ? 'percussion' : PROGRAMS[program]!}${count === 1 ? '' : ` ${count}`}`;
    const channel = channelFor(isDrum ? 0 : pitched++, isDrum);
    return instrumentTrack(
      { name, program, channel },
      notes.filter((note) => note.part === part),
    );
  });
}

/** What may come, for messages. */
function expectedAt({ last, open }: ScoreFollower): string {
  if (open !== undefined) return open.isRest ? 'a duration up to the bar line' : 'a higher pitch or a duration';
  if (last === 'nothing') return 'a metre';
  if (last === 'metre') return 'a key';
  if (last === 'velocity') return 'a pitch';
  return last === 'duration' || last === 'part' || last === 'voice' ? 'a pitch or a rest' : 'a part';
}
