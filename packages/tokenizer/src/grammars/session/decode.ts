import { ChannelEvents, type KeySignature, type Tempo, type TimeSignature } from '@etude/midi-reader';
import type { Piece } from '@etude/music';
import { TokenError } from '../grammar.js';
import type { TokenTable } from '../token-table.js';
import type { SessionToken } from './tokens.js';

/**
 * @param unit ticks of a time step
 * @throws {TokenError} at the first text that is no token
 */
export function decode(
  texts: readonly string[],
  tokens: TokenTable<SessionToken>,
  { unit, division }: { unit: number; division: number },
): Piece {
  const tempos: Tempo[] = [];
  const timeSignatures: TimeSignature[] = [];
  const keySignatures: KeySignature[] = [];
  const tracks: { ticks: number[]; messages: number[] }[] = [];
  let tick = 0;
  texts.forEach((text, index) => {
    const token = tokens.read(text);
    switch (token?.kind) {
      case undefined:
        throw new TokenError(index, `expected a token of the session grammar, found "${text}"`);
      case 'shift':
        tick += token.steps * unit;
        break;
      case 'metre':
        timeSignatures.push({ tick, numerator: token.numerator, denominator: token.denominator });
        break;
      case 'key':
        keySignatures.push({ tick, sharps: token.sharps, minor: token.minor });
        break;
      case 'tempo':
        tempos.push({ tick, microseconds: token.microseconds });
        break;
      case 'message': {
        const { track, status, data1, data2 } = token;
        while (tracks.length <= track) tracks.push({ ticks: [], messages: [] });
        tracks[track]!.ticks.push(tick);
        tracks[track]!.messages.push((status << 16) | (data1 << 8) | data2);
      }
    }
  });
  return {
    ...{ division, tempos, timeSignatures, keySignatures },
    tracks: tracks.map(({ ticks, messages }) => ({
      name: '',
      events: new ChannelEvents(Float64Array.from(ticks), Int32Array.from(messages)),
    })),
  };
}
