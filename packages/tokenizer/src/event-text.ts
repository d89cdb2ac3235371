import { type ChannelEvent, channelMessage, hex } from '@etude/midi-reader';

/** A token that is not in the grammar it was read by. */
export class TokenError extends Error {
  /** which token of the text, counted from 0 */
  readonly index: number;

  constructor(index: number, problem: string) {
    super(`token ${index + 1}: ${problem}`);
    this.name = 'TokenError';
    this.index = index;
  }
}

/** delta in decimal ticks, then status and data bytes in hexadecimal; the status decides how many data bytes. */
const TOKEN = /^(0|[1-9][0-9]*)_([89a-e][0-9a-f])_([0-7][0-9a-f])(?:_([0-7][0-9a-f]))?$/;

/**
 * The event text of a track: one token a channel event, `delta_status_data1` or `delta_status_data1_data2`
 * (docs/event-text.md). Each event has its own status byte; a delta is the time since the event before.
 */
export function toEventText(events: readonly ChannelEvent[]): string[] {
  let now = 0;
  return events.map(({ tick, status, data1, data2 }) => {
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

/** Tokens as text for people: what sounds at the same time stands on one line. */
export function formatTokens(tokens: readonly string[]): string {
  let text = '';
  tokens.forEach((token, index) => {
    if (index > 0) text += token.startsWith('0_') ? ' ' : '\n';
    text += token;
  });
  return `${text}\n`;
}

/** The tokens of a text, which any white space keeps apart. */
export function parseTokens(text: string): string[] {
  return text.split(/\s+/).filter((token) => token !== '');
}
