import { channelMessage, isNoteOff, isNoteOn, type KeySignature, type TimeSignature } from '@etude/midi-reader';
import { DRUM_CHANNEL, namesPitch, pitchName, sharpsAfter, transposedKey } from '@etude/music';
import type { TokenMeaning } from '../grammar.js';
import { numbered, type TokenTable, tokenTable } from '../token-table.js';

/** A channel message of a track. */
export interface TrackMessage {
  /** counted from 0 */
  readonly track: number;
  readonly status: number;
  readonly data1: number;
  /** 0 where the message has one data byte */
  readonly data2: number;
}

/** A token of the session grammar. */
export type SessionToken =
  /** time goes on: steps of the grid, or ticks where there is none */
  | { readonly kind: 'shift'; readonly steps: number }
  | ({ readonly kind: 'metre' } & Omit<TimeSignature, 'tick'>)
  | ({ readonly kind: 'key' } & Omit<KeySignature, 'tick'>)
  /** microseconds a quarter note */
  | { readonly kind: 'tempo'; readonly microseconds: number }
  | ({ readonly kind: 'message' } & TrackMessage);

/** Names of channel messages, by status nibble; MidiTok's where it has one. */
const NAMES: Readonly<Record<number, string>> = {
  8: 'NoteOff',
  9: 'NoteOn',
  10: 'PolyPressure',
  11: 'Control',
  12: 'Program',
  13: 'Pressure',
  14: 'PitchBend',
};
const STATUS = new Map(Object.entries(NAMES).map(([status, name]) => [name, Number(status)]));
const BEND = 14;
/** Pitch bends are written from -8192 to 8191; on the wire they are two times seven bits. */
const NO_BEND = 0x2000;

export const sessionTokens = (): TokenTable<SessionToken> =>
  tokenTable<SessionToken>({
    shift: numbered('TimeShift', 'steps', 1, Number.POSITIVE_INFINITY),
    metre: {
      pattern: /^TimeSig_([1-9]\d*)\/(\d+)$/,
      read: (numerator, denominator) => ({ numerator: Number(numerator), denominator: Number(denominator) }),
      write: ({ numerator, denominator }) => `TimeSig_${numerator}/${denominator}`,
    },
    key: {
      pattern: /^KeySig_(-?[0-7])_(major|minor)$/,
      read: (sharps, mode) => ({ sharps: Number(sharps), minor: mode === 'minor' }),
      write: ({ sharps, minor }) => `KeySig_${sharps}_${minor ? 'minor' : 'major'}`,
    },
    tempo: numbered('Tempo', 'microseconds', 1, Number.POSITIVE_INFINITY),
    message: {
      pattern: /^([A-Z][A-Za-z]+)_(\d{1,5})\.(\d|1[0-5])_(-?\d+)(?:_(\d+))?$/,
      read(name, track, channel, ...texts) {
        const kind = STATUS.get(name!);
        if (kind === undefined) return undefined;
        const data = dataBytesOf(kind, texts.filter((text) => text !== undefined).map(Number));
        return data && { track: Number(track), status: (kind << 4) | Number(channel), ...data };
      },
      write: ({ track, status, data1, data2 }) => {
        const head = `${NAMES[status >> 4]}_${track}.${status & 15}`;
        if (status >> 4 === BEND) return `${head}_${data1 + (data2 << 7) - NO_BEND}`;
        return channelMessage(status)!.dataBytes === 1 ? `${head}_${data1}` : `${head}_${data1}_${data2}`;
      },
    },
  });

/** The data bytes of a message that is written with those numbers; undefined where there is none. */
function dataBytesOf(kind: number, numbers: readonly number[]): Pick<TrackMessage, 'data1' | 'data2'> | undefined {
  const isBend = kind === BEND;
  if (numbers.length !== (isBend ? 1 : channelMessage(kind << 4)!.dataBytes)) return undefined;
  const bend = numbers[0]! + NO_BEND;
  const [data1, data2 = 0] = isBend ? [bend & 127, bend >> 7] : numbers;
  return [data1!, data2].every((byte) => byte >= 0 && byte < 128) ? { data1: data1!, data2 } : undefined;
}

/** The channel message that a text is a token of; undefined of any other. */
export function messageOf(tokens: TokenTable<SessionToken>, text: string): TrackMessage | undefined {
  const token = tokens.read(text);
  return token?.kind === 'message' ? token : undefined;
}

/** A token as all grammars' tokens can be understood. */
export function sessionMeaning(token: SessionToken): TokenMeaning {
  switch (token.kind) {
    case 'shift':
      return { role: 'other', alike: 'shift', amounts: [token.steps], words: `time of ${token.steps}` };
    case 'tempo':
      return {
        role: 'setting',
        alike: 'tempo',
        amounts: [token.microseconds],
        words: `${token.microseconds} µs a quarter note`,
      };
    case 'metre': {
      const words = `metre of ${token.numerator}/${token.denominator}`;
      return { role: 'setting', alike: words, amounts: [], words };
    }
    case 'key': {
      const words = `key of ${token.sharps} sharps, ${token.minor ? 'minor' : 'major'}`;
      return { role: 'setting', alike: words, amounts: [], words };
    }
    case 'message':
      return messageMeaning(token);
  }
}

function messageMeaning({ track, status, data1, data2 }: TrackMessage): TokenMeaning {
  const channel = status & 15;
  const place = `track ${track}, channel ${channel + 1}`;
  const isOn = isNoteOn({ status, data2 });
  if (!isOn && !isNoteOff({ status, data2 })) {
    const words = `message ${status >> 4} ${data1} ${data2} in ${place}`;
    return { role: 'setting', alike: words, amounts: [], words };
  }
  const words = `${pitchName(data1)} in ${place}`;
  // However the end of a note is written, it is the same.
  if (!isOn) return { role: 'other', alike: `end of ${words}`, amounts: [data2], words };
  return {
    role: 'note',
    ...(channel !== DRUM_CHANNEL && { key: data1 }),
    alike: words,
    amounts: [data2],
    words,
  };
}

/** The token `semitones` higher, percussion apart; undefined where MIDI has no such key. */
export function transposedToken(token: SessionToken, semitones: number): SessionToken | undefined {
  if (token.kind === 'key') return { ...token, sharps: sharpsAfter(token.sharps, semitones) };
  if (token.kind !== 'message' || !namesPitch(token.status)) return token;
  const data1 = transposedKey(token.data1, semitones);
  return data1 === undefined ? undefined : { ...token, data1 };
}
