import { mostMelodic } from '@etude/corpus';
import { type ChannelEvent, ChannelEvents, isNoteOn } from '@etude/midi-reader';
import { namesPitch, type Piece, transposedKey } from '@etude/music';

import { type Grammar, GrammarError, TokenError } from '../grammar.js';
import { KeysDown } from '../keys-down.js';
import { eventMeaning, fromEventText, toEventText } from './tokens.js';

/** The event text as a grammar of pieces that have one track. Tempo and metre are not in the text. */
export function eventTextGrammar(division: number): Grammar {
  /** what tokens stand for; while a song is written each is asked about again and again */
  const known = new Map<string, ChannelEvent>();
  const eventOf = (token: string) => {
    const event = known.get(token) ?? fromEventText([token])[0]!;
    known.set(token, event);
    return event;
  };
  return {
    division,
    encode(piece: Piece): string[] {
      const [track, another] = piece.tracks;
      if (another !== undefined) {
        throw new GrammarError(
          `event-text writes one track, and the piece has ${piece.tracks.length}: set extract-track.merge, or choose grammar session`,
        );
      }
      if (piece.division !== division) {
        throw new GrammarError(`expected ${division} ticks a quarter note, found ${piece.division}`);
      }
      return toEventText(track?.events ?? []);
    },
    partOf: (piece) => (piece.tracks.length > 1 ? { ...piece, tracks: [piece.tracks[mostMelodic(piece)]!] } : piece),
    decode(tokens) {
      const events = ChannelEvents.of(fromEventText(tokens));
      return { division, tempos: [], timeSignatures: [], keySignatures: [], tracks: [{ name: '', events }] };
    },
    reader({ longestNote = Number.POSITIVE_INFINITY } = {}) {
      let now = 0;
      const keys = new KeysDown();
      let isLate = false;
      return {
        noteOf(token) {
          const { tick, status, data1, data2 } = eventOf(token);
          if (!isNoteOn({ status, data2 })) return undefined;
          return { start: now + tick, key: data1, track: 0, channel: status & 15 };
        },
        allows(token) {
          const event = eventOf(token);
          return keys.allows(event) && (!isLate || keys.endsHeld(event, now - longestNote));
        },
        timeAfter: (token) => now + eventOf(token).tick,
        add(token) {
          const event = eventOf(token);
          now += event.tick;
          keys.add(event, now);
          isLate = keys.isAnyHeld(now - longestNote);
        },
      };
    },
    meaningOf(token) {
      try {
        return eventMeaning(eventOf(token));
      } catch (error) {
        if (error instanceof TokenError) return undefined;
        throw error;
      }
    },
    transposed(token, semitones) {
      const event = eventOf(token);
      if (!namesPitch(event.status)) return token;
      const data1 = transposedKey(event.data1, semitones);
      return data1 === undefined ? undefined : toEventText([{ ...event, data1 }])[0];
    },
    startsLine: (token) => !token.startsWith('0_'),
    maySongStart(token) {
      const event = eventOf(token);
      return event.tick === 0 && isNoteOn(event);
    },
  };
}
