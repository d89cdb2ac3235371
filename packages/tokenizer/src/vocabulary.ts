import { type Grammar, TokenError } from './grammars/grammar.js';
import { inKey, learnedInOtherKeys, type TokenizedMusic } from './other-keys.js';

/** What to do with a token that the vocabulary lacks: stop with an error, or leave it out. */
export type Unseen = 'error' | 'drop';

interface VocabularyEntry {
  readonly token: string;
  /** how often the token stands in the music that the vocabulary was built from; 0 where only songs may need it */
  readonly count: number;
}

/** Tokens by id: the id of a token is its place in `entries`. */
export interface Vocabulary {
  readonly unseen: Unseen;
  /** most frequent first, equal counts in the order of their text (by UTF-16 code unit) */
  readonly entries: readonly VocabularyEntry[];
}

/**
 * @example
 * buildVocabulary(['a', 'b', 'a'], 'error').entries; // [{ token: 'a', count: 2 }, { token: 'b', count: 1 }]
 */
export function buildVocabulary(tokens: Iterable<string>, unseen: Unseen): Vocabulary {
  const counts: Counts = new Map();
  count(counts, tokens);
  return byFrequency(counts, unseen);
}

/**
 * The vocabulary of a corpus: of all its tokens, of those in the other keys in which it is learned, and of those that songs need in any case.
 * @example
 * const corpus = { tokens: [['Pitch_60', END_OF_PIECE]], augmented: [], split: [{ tokens: 2, training: 2, keys: [2] }] };
 * corpusVocabulary(corpus, grammar, 'error').entries.map(({ token }) => token); // ['EOS_None', 'Pitch_60', 'Pitch_62']
 */
export function corpusVocabulary(corpus: TokenizedMusic, grammar: Grammar, unseen: Unseen): Vocabulary {
  const counts: Counts = new Map((grammar.neededTokens ?? []).map((token) => [token, 0]));
  for (const piece of corpus.tokens) count(counts, piece);
  for (const copy of corpus.augmented) count(counts, copy);
  // Most pieces are learned in the same keys: their tokens are counted once for all of these.
  const learned = new Map<string, { keys: readonly number[]; counts: Counts }>();
  for (const { tokens, keys } of learnedInOtherKeys(corpus)) {
    const ofKeys = learned.get(keys.join()) ?? { keys, counts: new Map() };
    learned.set(keys.join(), ofKeys);
    count(ofKeys.counts, tokens);
  }
  for (const { keys, counts: inOwnKey } of learned.values()) {
    for (const semitones of keys) {
      for (const [token, times] of inOwnKey) count(counts, [inKey(token, semitones, grammar)!], times);
    }
  }
  return byFrequency(counts, unseen);
}

type Counts = Map<string, number>;

function count(counts: Counts, tokens: Iterable<string>, times = 1): void {
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + times);
}

function byFrequency(counts: Counts, unseen: Unseen): Vocabulary {
  const entries = [...counts].map(([token, count]) => ({ token, count }));
  entries.sort((a, b) => b.count - a.count || (a.token < b.token ? -1 : 1));
  return { unseen, entries };
}

/**
 * What gives tokens their ids, each from 0 to `entries.length - 1`. It throws a {@link TokenError} at a token that the
 * vocabulary lacks, where its `unseen` is `error`.
 * @example
 * encoderOf(buildVocabulary(['a', 'b', 'a'], 'error'))(['b', 'a']); // Int32Array [1, 0]
 */
export function encoderOf({ entries, unseen }: Vocabulary): (tokens: readonly string[]) => Int32Array {
  const ids = new Map(entries.map(({ token }, id) => [token, id]));
  return (tokens) => {
    const encoded = new Int32Array(tokens.length);
    let count = 0;
    tokens.forEach((token, index) => {
      const id = ids.get(token);
      if (id !== undefined) encoded[count++] = id;
      else if (unseen === 'error') {
        throw new TokenError(index, `"${token}" is not one of the vocabulary's ${entries.length} tokens`);
      }
    });
    return encoded.slice(0, count);
  };
}

/**
 * The tokens of ids that {@link encoderOf} gave.
 * @example
 * tokensOfIds(buildVocabulary(['a', 'b', 'a'], 'error'), [1, 0]); // ['b', 'a']
 */
export function tokensOfIds({ entries }: Vocabulary, ids: ArrayLike<number>): string[] {
  return Array.from(ids, (id) => entries[id]!.token);
}

/**
 * Entropy of the token counts in nats: the loss of a model that knows the counts and nothing else.
 * @example
 * countEntropy(buildVocabulary(['a', 'b'], 'error')); // 0.693: ln 2
 */
export function countEntropy({ entries }: Vocabulary): number {
  const counts = entries.flatMap(({ count }) => (count > 0 ? [count] : []));
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => sum - (count / total) * Math.log(count / total), 0);
}
