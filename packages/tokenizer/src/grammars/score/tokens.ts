import { PROGRAMS, pitchName } from '@etude/music';
import type { TokenMeaning } from '../grammar.js';
import { numbered, type TokenTable, tokenTable } from '../token-table.js';

/** Quarter notes a minute; a faster tempo is written as this one. */
export const FASTEST = 1000;
/** Steps of a note; a longer one is written as this one. */
export const LONGEST = 1_000_000;
/** Bars of a piece that are told; a longer one is told as having as many. */
export const MOST_BARS = 1_000;

/** A token of the score grammar; times in steps of its grid. */
export type ScoreToken =
  | { readonly kind: 'metre'; readonly numerator: number; readonly denominator: number }
  /** sharps of the signature, less than 0 for flats, and the tonic in semitones above that of the major key */
  | { readonly kind: 'key'; readonly sharps: number; readonly tonic: number }
  /** quarter notes a minute */
  | { readonly kind: 'tempo'; readonly speed: number }
  /** the first bar is only this long */
  | { readonly kind: 'upbeat'; readonly steps: number }
  /** bars of the piece, the upbeat left out */
  | { readonly kind: 'bars'; readonly count: number }
  /** a part comes in: a program of General MIDI, -1 for percussion */
  | { readonly kind: 'part'; readonly program: number }
  /** one more voice of a part that came in before, parts counted from 1 */
  | { readonly kind: 'voice'; readonly part: number }
  /** of a piece moved to the signature of C; of percussion as it is */
  | { readonly kind: 'pitch'; readonly key: number; readonly isDrum: boolean }
  /** of the notes of the part that follow, until it has another; 1 to 127 */
  | { readonly kind: 'velocity'; readonly velocity: number }
  | { readonly kind: 'rest' }
  | { readonly kind: 'duration'; readonly steps: number };

/** Names are MidiTok's where it has one. */
export const scoreTokens = (): TokenTable<ScoreToken> =>
  tokenTable<ScoreToken>({
    metre: {
      pattern: /^TimeSig_([1-9]\d{0,2})\/(1|2|4|8|16|32|64|128)$/,
      read: (numerator, denominator) =>
        Number(numerator) > 255 ? undefined : { numerator: Number(numerator), denominator: Number(denominator) },
      write: ({ numerator, denominator }) => `TimeSig_${numerator}/${denominator}`,
    },
    key: {
      pattern: /^Key_(-?[0-7])_(\d|1[01])$/,
      read: (sharps, tonic) => ({ sharps: Number(sharps), tonic: Number(tonic) }),
      write: ({ sharps, tonic }) => `Key_${sharps}_${tonic}`,
    },
    tempo: numbered('Tempo', 'speed', 1, FASTEST),
    upbeat: numbered('Upbeat', 'steps', 1, LONGEST),
    bars: numbered('Bars', 'count', 1, MOST_BARS),
    part: {
      pattern: /^Program_(-1|0|[1-9]\d{0,2})$/,
      read: (program) => (Number(program) > 127 ? undefined : { program: Number(program) }),
      write: ({ program }) => `Program_${program}`,
    },
    voice: numbered('Voice', 'part', 1, 1_000),
    pitch: {
      pattern: /^Pitch(Drum)?_(0|[1-9]\d{0,2})$/,
      read: (drum, key) => (Number(key) > 127 ? undefined : { key: Number(key), isDrum: drum !== undefined }),
      write: ({ key, isDrum }) => `Pitch${isDrum ? 'Drum' : ''}_${key}`,
    },
    velocity: numbered('Velocity', 'velocity', 1, 127),
    rest: { pattern: /^Rest_None$/, read: () => ({}), write: () => 'Rest_None' },
    duration: numbered('Duration', 'steps', 1, LONGEST),
  });

/** A token as all grammars' tokens can be understood. */
export function scoreMeaning(token: ScoreToken): TokenMeaning {
  switch (token.kind) {
    case 'metre': {
      const words = `metre of ${token.numerator}/${token.denominator}`;
      return { role: 'setting', alike: words, amounts: [], words };
    }
    case 'key': {
      const words = `signature of ${Math.abs(token.sharps)} ${token.sharps < 0 ? 'flats' : 'sharps'}`;
      return { role: 'setting', alike: 'key', amounts: [token.sharps, token.tonic], words };
    }
    case 'tempo':
      return { role: 'setting', alike: 'tempo', amounts: [token.speed], words: `tempo of ${token.speed}` };
    case 'upbeat':
      return { role: 'setting', alike: 'upbeat', amounts: [token.steps], words: `upbeat of ${token.steps} steps` };
    case 'bars':
      return { role: 'setting', alike: 'bars', amounts: [token.count], words: `length of ${token.count} bars` };
    case 'part': {
      const words = token.program < 0 ? 'percussion' : PROGRAMS[token.program]!;
      return { role: 'other', alike: `part ${token.program}`, amounts: [], words };
    }
    case 'voice': {
      const words = `one more voice of part ${token.part}`;
      return { role: 'other', alike: words, amounts: [], words };
    }
    case 'pitch': {
      const words = token.isDrum ? `percussion of key ${token.key}` : `${pitchName(token.key)} in C`;
      return { role: 'note', ...(!token.isDrum && { key: token.key }), alike: words, amounts: [], words };
    }
    case 'velocity':
      return { role: 'other', alike: 'velocity', amounts: [token.velocity], words: `velocity ${token.velocity}` };
    case 'rest':
      return { role: 'other', alike: 'rest', amounts: [], words: 'rest' };
    case 'duration':
      return { role: 'other', alike: 'duration', amounts: [token.steps], words: `length of ${token.steps} steps` };
  }
}
