import { isDrum, notesOf, type Piece } from '@etude/music';
import { checkKeys } from '../given-voice.js';
import { type GivenVoice, GrammarError, type VoiceRule } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import { encode } from './encode.js';
import { ScoreFollower, shiftOf } from './follower.js';
import { KnownTokens } from './known-tokens.js';
import type { ScoreToken } from './tokens.js';

interface ScoreGrid {
  readonly tokens: TokenTable<ScoreToken>;
  readonly stepsPerBeat: number;
  /** ticks of a step */
  readonly unit: number;
}

/** A note or a chord of the voice, in steps. */
interface LineEvent {
  readonly start: number;
  readonly end: number;
  /** as they sound, rising */
  readonly keys: readonly number[];
}

/**
 * Holds a part of the score grammar to a given line: its metre, signature, upbeat and notes are the song's. Of notes that overlap the next one
 * ends the one before. A length that the vocabulary lacks becomes the next shorter one and a rest.
 * @throws {GrammarError} where the part has no number, or the vocabulary lacks the metre, the upbeat or a pitch
 */
export function scoreVoice(
  { piece, notes, as, lines }: GivenVoice,
  texts: readonly string[],
  grid: ScoreGrid,
): () => VoiceRule {
  const { tokens, stepsPerBeat, unit } = grid;
  if (typeof as !== 'number') throw new GrammarError(`expected the number of a part, found ${as}`);
  const known = new KnownTokens(texts.flatMap((text) => tokens.read(text) ?? []));
  const head = headOf(pitched(piece), known, stepsPerBeat);
  const shift = head.reduce((sum, token) => (token.kind === 'key' ? shiftOf(token.sharps) : sum), 0);
  const line = lineOf(notes, unit);
  const sounding = known.ofKind('pitch').flatMap(({ key, isDrum }) => (isDrum ? [] : [key - shift]));
  checkKeys(
    line.flatMap(({ keys }) => keys.map((key) => ({ start: 0, end: 0, key }))),
    new Set(sounding),
    'the music learned from',
  );
  const program = notesOf(piece).find((note) => !isDrum(note))?.program;
  const parts = known.ofKind('part');
  const own = parts.filter((part) => part.program === program);
  const players = (own.length > 0 ? own : parts.filter((part) => part.program >= 0)).map(tokens.write);
  const begins = line.flatMap(({ start, keys }) =>
    keys.map((key) => ({ start: start * unit, key, track: as - 1, channel: 0 })),
  );

  return () => {
    const follower = new ScoreFollower(stepsPerBeat);
    let next = 0;
    /** number of the voice that is given, once it has come in */
    let given: number | undefined;
    let headDone = 0;
    const isTurn = () => given !== undefined && follower.voice === given;
    /** what the voice has to write */
    const wanted = (): ScoreToken => {
      const { now, open, barEnd } = follower;
      const event = line[next];
      const isNote = event !== undefined && event.start <= now;
      if (open === undefined && !isNote) return { kind: 'rest' };
      const key = isNote ? event.keys[open?.keys.length ?? 0] : undefined;
      if (key !== undefined) return { kind: 'pitch', key: key + shift, isDrum: false };
      const end = isNote ? event.end : Math.min(barEnd, event?.start ?? barEnd);
      return { kind: 'duration', steps: known.length(end - now, () => 0) };
    };
    const verdictOn = (text: string): boolean | readonly string[] => {
      const token = tokens.read(text);
      if (token === undefined) return true;
      const { programs, voices, last, now } = follower;
      if (headDone < head.length) {
        const due = tokens.write(head[headDone]!);
        return text === due || [due];
      }
      if (token.kind === 'metre' || token.kind === 'tempo') return false;
      const isLine = token.kind === 'part' || token.kind === 'voice';
      // One of them is the voice's own.
      if (
        isLine &&
        lines !== undefined &&
        voices.length >= lines - (given === undefined && programs.length !== as - 1 ? 1 : 0)
      )
        return false;
      if (token.kind === 'part') return programs.length !== as - 1 || players.includes(text) || players;
      if (token.kind === 'voice') return token.part !== as;
      // It comes in before time goes on, and parts before it as well.
      if (given === undefined && voices.length > 0 && last === 'duration' && (programs.length === as - 1 || now > 0)) {
        return programs.length === as - 1 ? players : parts.map(tokens.write);
      }
      if (!isTurn()) return true;
      const due = tokens.write(wanted());
      return text === due || [due];
    };
    return {
      notes: begins,
      until: endOf(line, head, stepsPerBeat) * unit,
      verdictOn,
      isOfVoice: (text) => tokens.read(text)?.kind === 'pitch' && isTurn() && text === tokens.write(wanted()),
      add(text) {
        const token = tokens.read(text);
        if (token === undefined || !follower.follows(token)) return;
        if (headDone < head.length) headDone += 1;
        if (token.kind === 'part' && follower.programs.length === as - 1) given = follower.voices.length;
        const isOwn = isTurn();
        const event = follower.add(token);
        if (isOwn && event !== undefined && event.keys.length > 0) next += 1;
      },
    };
  };
}

function pitched(piece: Piece): Piece {
  const hasPitch = (track: Piece['tracks'][number]) =>
    notesOf({ ...piece, tracks: [track] }).some((note) => !isDrum(note));
  return { ...piece, tracks: piece.tracks.filter(hasPitch) };
}

/** What a song says of the voice before its first part. */
function headOf(piece: Piece, known: KnownTokens, stepsPerBeat: number): ScoreToken[] {
  const written = encode(piece, { stepsPerBeat }, known);
  const first = written.findIndex(({ kind }) => kind === 'part');
  return written.slice(0, first).filter(({ kind }) => kind !== 'tempo');
}

/** Notes one after the other: those that begin together are a chord. */
function lineOf(notes: GivenVoice['notes'], unit: number): LineEvent[] {
  const chords = new Map<number, { end: number; keys: Set<number> }>();
  for (const { start, end, key } of notes) {
    const chord = chords.get(start) ?? { end, keys: new Set() };
    chords.set(start, { end: Math.max(chord.end, end), keys: chord.keys.add(key) });
  }
  const starts = [...chords.keys()].sort((a, b) => a - b);
  return starts.map((start, i) => {
    const { end, keys } = chords.get(start)!;
    const until = Math.min(end, starts[i + 1] ?? end);
    return { start: start / unit, end: until / unit, keys: [...keys].sort((a, b) => a - b) };
  });
}

/** Where the last bar of a line ends, which an upbeat may make whole. */
function endOf(line: readonly LineEvent[], head: readonly ScoreToken[], stepsPerBeat: number): number {
  const follower = new ScoreFollower(stepsPerBeat);
  for (const token of head) follower.add(token);
  const { upbeat, barLength } = follower;
  const last = line.at(-1)?.end ?? 0;
  const end = upbeat + Math.max(1, Math.ceil((last - upbeat) / barLength)) * barLength;
  return last <= end - upbeat ? end - upbeat : end;
}
