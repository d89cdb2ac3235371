import { mostMelodic } from '@etude/corpus';
import { type ChannelEvent, ChannelEvents, channelMessage, hex, isNoteOff, isNoteOn } from '@etude/midi-reader';
import { DRUM_CHANNEL, type Piece, pitchName } from '@etude/music';

import { type Grammar, GrammarError, TokenError, type TokenMeaning } from '../grammar.js';
import { KeysDown } from '../keys-down.js';

/** delta in decimal ticks, then status and data bytes in hexadecimal; the status decides how many data bytes. */
const TOKEN = /^(0|[1-9][0-9]*)_([89a-e][0-9a-f])_([0-7][0-9a-f])(?:_([0-7][0-9a-f]))?$/;

/**
 * The event text of a track: one token a channel event, `delta_status_data1` or `delta_status_data1_data2`
 * (docs/grammars/event-text.md). Each event has its own status byte; a delta is the time since the event before.
 */
export function toEventText(events: Iterable<ChannelEvent>): string[] {
  let now = 0;
  return Array.from(events, ({ tick, status, data1, data2 }) => {
    const delta = tick - now;
    now = tick;
    const token = `${delta}_${hex(status)}_${hex(data1)}`;
    return channelMessage(status)!.dataBytes === 1 ? token : `${token}_${hex(data2)}`;
  });
}

/**
 * The events that an event text stands for; the inverse of {@link toEventText}.
 *
 * @throws {TokenError} naming the first token that is not one
 */
export function fromEventText(tokens: readonly string[]): ChannelEvent[] {
  let tick = 0;
  return tokens.map((token, index) => {
    const match = TOKEN.exec(token);
    if (match === null) {
      throw new TokenError(index, `expected delta_status_data1[_data2] such as 120_90_3c_64, found "${token}"`);
    }
    const [, deltaText, statusText, data1Text, data2Text] = match;
    const status = Number.parseInt(statusText!, 16);
    const { name, dataBytes } = channelMessage(status)!;
    if ((data2Text === undefined) !== (dataBytes === 1)) {
      throw new TokenError(
        index,
        `expected ${dataBytes} data byte${dataBytes === 1 ? '' : 's'} of ${name}, found "${token}"`,
      );
    }
    tick += Number(deltaText);
    return { tick, status, data1: Number.parseInt(data1Text!, 16), data2: Number.parseInt(data2Text ?? '0', 16) };
  });
}

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
    reader() {
      let now = 0;
      const keys = new KeysDown();
      return {
        noteOf(token) {
          const { tick, status, data1, data2 } = eventOf(token);
          const channel = status & 15;
          if (!isNoteOn({ status, data2 }) || channel === DRUM_CHANNEL) return undefined;
          return { start: now + tick, key: data1, track: 0, channel };
        },
        allows: (token) => keys.allows(eventOf(token)),
        timeAfter: (token) => now + eventOf(token).tick,
        lengthOf(token) {
          const event = eventOf(token);
          const begun = keys.begunAt(event);
          return begun === undefined ? undefined : { ticks: now + event.tick - begun, isOver: true };
        },
        add(token) {
          const event = eventOf(token);
          now += event.tick;
          keys.add(event, now);
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
    startsLine: (token) => !token.startsWith('0_'),
    maySongStart(token) {
      const event = eventOf(token);
      return event.tick === 0 && isNoteOn(event);
    },
  };
}

/** An event, its tick being a delta, as all grammars' tokens can be understood. */
function eventMeaning({ tick, status, data1, data2 }: ChannelEvent): TokenMeaning {
  const channel = status & 15;
  const isOn = isNoteOn({ status, data2 });
  const amounts = [tick, data2];
  if (!isOn && !isNoteOff({ status, data2 })) {
    const words = `message ${hex(status)} ${hex(data1)}`;
    return { role: 'setting', alike: words, amounts, words };
  }
  const words = `${pitchName(data1)} in channel ${channel + 1}`;
  // However the end of a note is written, it is the same.
  if (!isOn) return { role: 'other', alike: `end of ${words}`, amounts, words };
  return { role: 'note', ...(channel !== DRUM_CHANNEL && { key: data1 }), alike: words, amounts, words };
}
