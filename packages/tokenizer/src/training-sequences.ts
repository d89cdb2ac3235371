import type { ConditionRows } from './condition-rows.js';
import { END_OF_PIECE, type Grammar } from './grammars/grammar.js';
import { piecesInOtherKeys, type TokenizedMusic } from './other-keys.js';
import { encoderOf, type Vocabulary } from './vocabulary.js';

/** Token ids, and the rows of conditions that are told with each. */
interface Sequence {
  readonly ids: Int32Array;
  readonly rows?: Uint16Array | undefined;
}

/** What a model knows: its tokens, and the conditions that it is told. */
export interface ModelInput {
  readonly vocabulary: Vocabulary;
  readonly conditions?: ConditionRows | undefined;
}

/**
 * Sequences to learn from and to be tested on. A piece that ends with a token begins with that of the piece before. What is learned in other
 * keys follows key by key.
 * @returns what is learned: pieces, copies, then both in other keys; and what is held out
 * @throws {TokenError} at a token that the vocabulary lacks, where its `unseen` is `error`
 * @example
 * const corpus = { tokens: [['a', 'b', 'c']], augmented: [], split: [{ tokens: 3, training: 2 }] };
 * const { training, validation } = trainingSequences({ vocabulary: buildVocabulary(['a', 'b', 'c'], 'error') }, grammar, corpus);
 * [training[0].ids, validation[0].ids]; // [Int32Array [0, 1], Int32Array [1, 2]]
 */
export function trainingSequences(
  { vocabulary, conditions }: ModelInput,
  grammar: Grammar,
  corpus: TokenizedMusic,
): { training: Sequence[]; validation: Sequence[] } {
  const { tokens: pieces, augmented, split } = corpus;
  const training: Sequence[] = [];
  const validation: Sequence[] = [];
  const encode = encoderOf(vocabulary);
  const known = new Set(vocabulary.entries.map(({ token }) => token));
  const kept = (tokens: readonly string[]) =>
    vocabulary.unseen === 'drop' ? tokens.filter((token) => known.has(token)) : tokens;
  const sequence = (tokens: readonly string[]): Sequence => {
    const told = kept(tokens);
    return { ids: encode(told), rows: conditions?.of(told) };
  };
  let index = 0;
  for (const tokens of pieces) {
    const before = tokens.at(-1) === END_OF_PIECE ? [END_OF_PIECE] : [];
    const whole = sequence([...before, ...tokens]);
    const { training: count } = split[index++]!;
    const end = kept([...before, ...tokens.slice(0, count)]).length;
    if (count > 0) training.push(stretchOf(whole, 0, end));
    // The first token that is held out is told from the last one before it.
    if (count < tokens.length) validation.push(stretchOf(whole, count > 0 ? end - 1 : 0));
  }
  for (const tokens of augmented) training.push(sequence([END_OF_PIECE, ...tokens]));
  for (const tokens of piecesInOtherKeys(corpus, grammar)) training.push(sequence([END_OF_PIECE, ...tokens]));
  return { training, validation };
}

function stretchOf({ ids, rows }: Sequence, from: number, to = ids.length): Sequence {
  const K = rows === undefined ? 0 : rows.length / ids.length;
  return { ids: ids.subarray(from, to), rows: rows?.subarray(from * K, to * K) };
}
