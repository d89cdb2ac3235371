import { isNoteOn } from '@etude/midi-reader';
import { quantize } from '@etude/music';
import { type Grammar, GrammarError, type NoteReader, ticksOfStep } from '../grammar.js';
import { KeysDown } from '../keys-down.js';
import type { TokenTable } from '../token-table.js';
import { decode } from './decode.js';
import { encode, TokenNames } from './encode.js';
import { sessionVoice } from './given-voice.js';
import { messageOf, type SessionToken, sessionMeaning, sessionTokens, transposedToken } from './tokens.js';

/**
 * The session grammar: all tracks and channels in one stream in time order, with tempo, metre and key (docs/grammars/session.md). On a
 * grid, `steps` steps a quarter note; else in ticks, and then it stands for exactly the events that it was made from.
 */
export function sessionGrammar({ division, steps }: { division: number; steps: number | undefined }): Grammar {
  const tokens = sessionTokens();
  const names = new TokenNames(tokens);
  /** ticks a time step of the tokens has in what is decoded */
  const unit = steps === undefined ? 1 : ticksOfStep(steps);
  const decoded = { unit, division: steps === undefined ? division : unit * steps };
  return {
    division: decoded.division,
    encode(piece) {
      if (steps !== undefined)
        return encode(quantize(piece, steps), (tick) => Math.round((tick * steps) / piece.division), names);
      if (piece.division !== division) {
        throw new GrammarError(`expected ${division} ticks a quarter note, found ${piece.division}`);
      }
      return encode(piece, (tick) => tick, names);
    },
    decode: (texts) => decode(texts, tokens, decoded),
    reader: (plan) => sessionReader(tokens, unit, plan?.longestNote),
    meaningOf(text) {
      const token = tokens.read(text);
      return token && sessionMeaning(token);
    },
    transposed: (text, semitones) => tokens.changed(text, (token) => transposedToken(token, semitones)),
    startsLine: (text) => tokens.read(text)?.kind === 'shift',
    maySongStart(text) {
      const message = messageOf(tokens, text);
      return message !== undefined && isNoteOn(message);
    },
    around: (voice, known) => sessionVoice(voice, known, { tokens, unit }),
  };
}

function sessionReader(
  tokens: TokenTable<SessionToken>,
  unit: number,
  longestNote = Number.POSITIVE_INFINITY,
): NoteReader {
  let [now, isLate] = [0, false];
  const tracks = new Map<number, KeysDown>();
  const keysOf = (track: number) => {
    const keys = tracks.get(track) ?? new KeysDown();
    tracks.set(track, keys);
    return keys;
  };
  const timeAfter = (text: string) => {
    const token = tokens.read(text);
    return token?.kind === 'shift' ? now + unit * token.steps : now;
  };
  return {
    noteOf(text) {
      const message = messageOf(tokens, text);
      if (message === undefined || !isNoteOn(message)) return undefined;
      return { start: now, key: message.data1, track: message.track, channel: message.status & 15 };
    },
    allows(text) {
      const message = messageOf(tokens, text);
      if (isLate) return message !== undefined && keysOf(message.track).endsHeld(message, now - longestNote);
      return message === undefined || keysOf(message.track).allows(message);
    },
    timeAfter,
    add(text) {
      now = timeAfter(text);
      const message = messageOf(tokens, text);
      if (message !== undefined) keysOf(message.track).add(message, now);
      isLate = [...tracks.values()].some((keys) => keys.isAnyHeld(now - longestNote));
    },
  };
}
