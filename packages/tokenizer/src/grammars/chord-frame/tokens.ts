import { pitchName, transposedKey } from '@etude/music';
import type { TokenMeaning } from '../grammar.js';
import { numbered, type TokenTable, tokenTable } from '../token-table.js';

/** A token of the chord-frame grammar. */
export type ChordFrameToken =
  | { readonly kind: 'pitch'; readonly key: number }
  /** ends a frame */
  | { readonly kind: 'frame' }
  /** how far the whole piece is transposed, at its beginning */
  | { readonly kind: 'transposed'; readonly semitones: number };

export const chordFrameTokens = (): TokenTable<ChordFrameToken> =>
  tokenTable<ChordFrameToken>({
    pitch: numbered('Pitch', 'key', 0, 127),
    frame: { pattern: /^Frame_None$/, read: () => ({}), write: () => 'Frame_None' },
    transposed: {
      pattern: /^Transposed_(-?\d{1,2})$/,
      read: (semitones) => ({ semitones: Number(semitones) }),
      write: ({ semitones }) => `Transposed_${semitones}`,
    },
  });

/** A token as all grammars' tokens can be understood. */
export function chordFrameMeaning(token: ChordFrameToken): TokenMeaning {
  switch (token.kind) {
    case 'pitch': {
      const words = pitchName(token.key);
      return { role: 'note', key: token.key, alike: words, amounts: [], words };
    }
    case 'frame':
      return { role: 'frame', alike: 'frame', amounts: [], words: 'frame' };
    case 'transposed': {
      const words = `transposition by ${token.semitones}`;
      return { role: 'transposition', alike: words, amounts: [], words };
    }
  }
}

/** The token `semitones` higher; undefined where MIDI has no such key. */
export function transposedToken(token: ChordFrameToken, semitones: number): ChordFrameToken | undefined {
  if (token.kind === 'transposed') return { ...token, semitones: token.semitones + semitones };
  if (token.kind !== 'pitch') return token;
  const key = transposedKey(token.key, semitones);
  return key === undefined ? undefined : { ...token, key };
}
