import { type ChannelEvent, ChannelEvents, type Tempo, type TimeSignature } from '@etude/midi-reader';
import { DRUM_CHANNEL, type Piece, type PieceTrack, PROGRAMS } from '@etude/music';
import { TokenError } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import { apart } from './apart.js';
import { ScoreFollower } from './follower.js';
import type { ScoreToken } from './tokens.js';

/** The grammar has no velocities. */
const VELOCITY = 80;

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
  const notes: { part: number; key: number; start: number; end: number }[] = [];
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
    for (const key of event.keys) notes.push({ part, key: key - shift, start, end });
  });
  const { sharps, tonic } = follower.key;
  const isMode = tonic !== 0 && tonic !== 9;
  const signature = { tick: 0, sharps, minor: tonic === 9, ...(isMode && { tonic }) };
  return {
    ...{ division: unit * stepsPerBeat, tempos, timeSignatures },
    keySignatures: texts.length === 0 ? [] : [signature],
    tracks: follower.programs.map((program, part) =>
      toTrack(
        program,
        channelFor(follower.programs, part),
        notes.filter((note) => note.part === part),
      ),
    ),
  };
}

/** 9 for percussion (General MIDI 1), the others in order; beyond 15 parts they are shared from the first on. */
function channelFor(programs: readonly number[], part: number): number {
  if (programs[part]! < 0) return DRUM_CHANNEL;
  const index = programs.slice(0, part).filter((program) => program >= 0).length % 15;
  return index < DRUM_CHANNEL ? index : index + 1;
}

function toTrack(
  program: number,
  channel: number,
  notes: readonly { key: number; start: number; end: number }[],
): PieceTrack {
  const events: ChannelEvent[] = apart(notes).flatMap(({ key, start, end }) => [
    { tick: start, status: 0x90 | channel, data1: key, data2: VELOCITY },
    { tick: end, status: 0x80 | channel, data1: key, data2: 0 },
  ]);
  events.sort((a, b) => a.tick - b.tick || a.status - b.status || a.data1 - b.data1);
  const head = program < 0 ? [] : [{ tick: 0, status: 0xc0 | channel, data1: program, data2: 0 }];
  return { name: program < 0 ? 'percussion' : PROGRAMS[program]!, events: ChannelEvents.of([...head, ...events]) };
}

/** What may come, for messages. */
function expectedAt({ last, open }: ScoreFollower): string {
  if (open !== undefined) return open.isRest ? 'a duration up to the bar line' : 'a higher pitch or a duration';
  if (last === 'nothing') return 'a metre';
  if (last === 'metre') return 'a key';
  return last === 'duration' || last === 'part' || last === 'voice' ? 'a pitch or a rest' : 'a part';
}
