import { ALL_KEYS } from '@etude/music';
import { END_OF_PIECE, type Grammar } from './grammars/grammar.js';
import type { Split } from './tokenization-formats.js';

/** Semitones into the eleven other keys, in the order in which they are learned. */
const OTHER_KEYS = ALL_KEYS.slice(1);

/** A corpus as `tokenize` writes it. */
export interface TokenizedMusic {
  /** each piece, with the token that ends it where there is one */
  readonly tokens: Iterable<readonly string[]>;
  /** copies of the pieces that are learned, each as many after the other as the split says */
  readonly augmented: Iterable<readonly string[]>;
  readonly split: Split;
}

/** Those of the eleven other keys in which no token of a piece leaves the range of MIDI. */
export function keysThatFit(tokens: readonly string[], grammar: Grammar): number[] {
  const different = [...new Set(tokens)];
  return OTHER_KEYS.filter((semitones) => different.every((token) => inKey(token, semitones, grammar) !== undefined));
}

/**
 * Of each piece of which something is learned the tokens of that part, and the keys in which it is learned as well.
 * @example
 * [...learnedParts({ tokens: [['a', 'b', 'c']], split: [{ tokens: 3, training: 2 }] })];
 * // [{ tokens: ['a', 'b'], keys: undefined }]
 */
export function* learnedParts({ tokens, split }: Pick<TokenizedMusic, 'tokens' | 'split'>): Generator<{
  readonly tokens: readonly string[];
  readonly keys: readonly number[] | undefined;
}> {
  let index = 0;
  for (const piece of tokens) {
    const { training, keys } = split[index++]!;
    if (training > 0) yield { tokens: piece.slice(0, training), keys };
  }
}

/**
 * What is learned in other keys: of each piece the part that is learned, ended as a piece of its own, then the copies.
 * @returns with each the semitones of its keys
 */
export function* learnedInOtherKeys(
  corpus: TokenizedMusic,
): Generator<{ readonly tokens: readonly string[]; readonly keys: readonly number[] }> {
  const { augmented, split } = corpus;
  if (split.every(({ keys }) => keys === undefined)) return;
  for (const { tokens, keys = [] } of learnedParts(corpus)) {
    if (keys.length > 0) yield { tokens: tokens.at(-1) === END_OF_PIECE ? tokens : [...tokens, END_OF_PIECE], keys };
  }
  const copies = augmented[Symbol.iterator]();
  for (const { keys = [], copies: count = 0 } of split) {
    for (let i = 0; i < count; i++) yield { tokens: copies.next().value, keys };
  }
}

/** What is learned in other keys, as it is there: key by key, of each key piece by piece. */
export function* piecesInOtherKeys(corpus: TokenizedMusic, grammar: Grammar): Generator<readonly string[]> {
  const learned = [...learnedInOtherKeys(corpus)];
  for (const semitones of OTHER_KEYS) {
    const moved = new Map<string, string>();
    const move = (token: string) => {
      const known = moved.get(token) ?? inKey(token, semitones, grammar) ?? token;
      moved.set(token, known);
      return known;
    };
    for (const { tokens, keys } of learned) if (keys.includes(semitones)) yield tokens.map(move);
  }
}

/** The token in another key; what ends a piece ends it in all of them. Undefined where MIDI has no such key. */
export function inKey(
  token: string,
  semitones: number,
  { transposed }: Pick<Grammar, 'transposed'>,
): string | undefined {
  return token === END_OF_PIECE ? token : transposed?.(token, semitones);
}
