import { PROGRAMS, pitchName, transposedKey } from '@etude/music';
import type { TokenMeaning } from '../grammar.js';
import { numbered, type TokenTable, tokenTable } from '../token-table.js';

/** An instrument of General MIDI, and which of several tracks that have the same one. */
export interface Instrument {
  /** 0 to 127; -1 for percussion, as MidiTok writes it */
  readonly program: number;
  /** counted from 1 */
  readonly number: number;
}

/** Quarter notes a minute; a faster tempo is written as this one. */
export const FASTEST = 1000;
/** Steps of a note; a longer one is written as this one. */
export const LONGEST = 1_000_000;

/** A token of the factored grammar; times in steps of its grid. */
export type FactoredToken =
  | { readonly kind: 'bar' }
  | { readonly kind: 'metre'; readonly numerator: number; readonly denominator: number }
  /** place in the bar, counted from 0 */
  | { readonly kind: 'position'; readonly step: number }
  /** quarter notes a minute */
  | { readonly kind: 'tempo'; readonly speed: number }
  | { readonly kind: 'instrument'; readonly instrument: Instrument }
  | { readonly kind: 'pitch'; readonly key: number; readonly isDrum: boolean }
  | { readonly kind: 'velocity'; readonly velocity: number }
  | { readonly kind: 'duration'; readonly steps: number };

/** Names are MidiTok's where it has one; `Program_40.2` is the second track of violins. */
export const factoredTokens = (): TokenTable<FactoredToken> =>
  tokenTable<FactoredToken>({
    bar: { pattern: /^Bar_None$/, read: () => ({}), write: () => 'Bar_None' },
    metre: {
      pattern: /^TimeSig_([1-9]\d*)\/([1-9]\d*)$/,
      read: (numerator, denominator) => ({ numerator: Number(numerator), denominator: Number(denominator) }),
      write: ({ numerator, denominator }) => `TimeSig_${numerator}/${denominator}`,
    },
    position: numbered('Position', 'step', 0, Number.POSITIVE_INFINITY),
    tempo: numbered('Tempo', 'speed', 1, FASTEST),
    instrument: {
      pattern: /^Program_(-1|0|[1-9]\d*)(?:\.([1-9]\d*))?$/,
      read(program, number = '1') {
        return Number(program) > 127 ? undefined : { instrument: { program: Number(program), number: Number(number) } };
      },
      write: ({ instrument: { program, number } }) => `Program_${program}${number === 1 ? '' : `.${number}`}`,
    },
    pitch: {
      pattern: /^Pitch(Drum)?_(0|[1-9]\d*)$/,
      read: (drum, key) => (Number(key) > 127 ? undefined : { key: Number(key), isDrum: drum !== undefined }),
      write: ({ key, isDrum }) => `Pitch${isDrum ? 'Drum' : ''}_${key}`,
    },
    velocity: numbered('Velocity', 'velocity', 1, 127),
    duration: numbered('Duration', 'steps', 1, LONGEST),
  });

/** A token as all grammars' tokens can be understood. */
export function factoredMeaning(token: FactoredToken): TokenMeaning {
  switch (token.kind) {
    case 'bar':
      return { role: 'other', alike: 'bar', amounts: [], words: 'bar' };
    case 'metre': {
      const metre = `metre of ${token.numerator}/${token.denominator}`;
      return { role: 'setting', alike: metre, amounts: [], words: metre };
    }
    case 'position':
      return { role: 'other', alike: 'position', amounts: [token.step], words: `place ${token.step} of a bar` };
    case 'tempo':
      return { role: 'setting', alike: 'tempo', amounts: [token.speed], words: `tempo of ${token.speed}` };
    case 'instrument': {
      const { program, number } = token.instrument;
      const words = program < 0 ? 'percussion' : PROGRAMS[program]!;
      return { role: 'other', alike: `instrument ${program}.${number}`, amounts: [], words };
    }
    case 'pitch': {
      const { key, isDrum } = token;
      const words = isDrum ? `percussion of key ${key}` : pitchName(key);
      return { role: 'note', ...(!isDrum && { key }), alike: words, amounts: [], words };
    }
    case 'velocity':
      return { role: 'other', alike: 'velocity', amounts: [token.velocity], words: `velocity ${token.velocity}` };
    case 'duration':
      return { role: 'other', alike: 'duration', amounts: [token.steps], words: `length of ${token.steps} steps` };
  }
}

/** The token `semitones` higher, percussion apart; undefined where MIDI has no such key. */
export function transposedToken(token: FactoredToken, semitones: number): FactoredToken | undefined {
  if (token.kind !== 'pitch' || token.isDrum) return token;
  const key = transposedKey(token.key, semitones);
  return key === undefined ? undefined : { ...token, key };
}
