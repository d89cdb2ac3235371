import { type ChannelEvent, channelMessage } from '@etude/midi-reader';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTokens, parseTokens } from '../../token-text.js';
import { TokenError } from '../grammar.js';
import { eventTextGrammar } from './event-text.js';
import { fromEventText, toEventText } from './tokens.js';

/** Two bars at division 480: octaves and sixths over each other. */
const TWO_BARS =
  '0_80_40_00 0_90_4f_64 0_90_43_64 120_80_4f_00 0_80_43_00 0_90_51_64 0_90_45_64 480_80_51_00 0_80_45_00 ' +
  '0_90_4c_64 0_90_44_64 120_80_4c_00 0_80_44_00 0_90_4f_64 0_90_43_64 60_80_4f_00 0_80_43_00 0_90_4d_64 ' +
  '0_90_41_64 120_80_4d_00';

const events = fc
  .array(
    fc.record({
      delta: fc.oneof(fc.nat(960), fc.nat(0x0fff_ffff)),
      status: fc.integer({ min: 0x80, max: 0xef }),
      data1: fc.nat(127),
      data2: fc.nat(127),
    }),
  )
  .map((messages) => {
    let tick = 0;
    return messages.map(({ delta, status, data1, data2 }): ChannelEvent => {
      tick += delta;
      return { tick, status, data1, data2: channelMessage(status)!.dataBytes === 2 ? data2 : 0 };
    });
  });

describe('event text', () => {
  it('stands for exactly the events it was made from, for every channel message', () => {
    fc.assert(
      fc.property(events, (list) => {
        expect(fromEventText(toEventText(list))).toEqual(list);
      }),
    );
  });

  it('survives being laid out in lines', () => {
    fc.assert(
      fc.property(events, (list) => {
        expect(parseTokens(formatTokens(toEventText(list), eventTextGrammar(480)))).toEqual(toEventText(list));
      }),
    );
  });

  it('reads and writes the fixture of two bars to the letter', () => {
    const read = fromEventText(parseTokens(TWO_BARS));
    expect(toEventText(read).join(' ')).toBe(TWO_BARS);
    expect(read).toHaveLength(20);
    expect(read.at(-1)).toEqual({ tick: 900, status: 0x80, data1: 0x4d, data2: 0 });
  });

  it('keeps the messages of one data byte', () => {
    const tokens = ['0_c0_28', '5_d3_7f'];
    expect(toEventText(fromEventText(tokens))).toEqual(tokens);
  });

  it.each([
    ['120_90_3c', 'token 2: expected 2 data bytes of note on, found "120_90_3c"'],
    ['0_c0_01_02', 'token 2: expected 1 data byte of program change, found "0_c0_01_02"'],
    ['0_ff_01_02', 'token 2: expected delta_status_data1[_data2]'],
    ['0_90_80_00', 'token 2: expected delta_status_data1[_data2]'],
    ['-1_90_3c_64', 'token 2: expected delta_status_data1[_data2]'],
    ['07_90_3C_64', 'token 2: expected delta_status_data1[_data2]'],
    ['hello', 'token 2: expected delta_status_data1[_data2] such as 120_90_3c_64, found "hello"'],
  ])('refuses %s and says where', (token, message) => {
    const read = () => fromEventText(['0_90_3c_64', token]);
    expect(read).toThrow(TokenError);
    expect(read).toThrow(message);
  });
});
