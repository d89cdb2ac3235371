import { type ChannelEvent, channelMessage, hex, isNoteOff, isNoteOn } from '@etude/midi-reader';
import { DRUM_CHANNEL, pitchName } from '@etude/music';
import { TokenError, type TokenMeaning } from '../grammar.js';

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

/** An event, its tick being a delta, as all grammars' tokens can be understood. */
export function eventMeaning({ tick, status, data1, data2 }: ChannelEvent): TokenMeaning {
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
