import type { ConditionRows } from './condition-rows.js';
import { END_OF_PIECE } from './grammars/grammar.js';
import type { Split } from './tokenization-formats.js';
import { encoderOf, type Vocabulary } from './vocabulary.js';

/** Token ids, and the rows of conditions that are told with each. */
interface Sequence {
  readonly ids: Int32Array;
  readonly rows?: Int32Array | undefined;
}

/**
 * Sequences to learn from and to be tested on. A piece that ends with a token begins with that of the piece before.
 * @param conditions that the model is told
 */
export function trainingSequences(
  vocabulary: Vocabulary,
  { tokens: pieces, augmented }: { tokens: Iterable<string[]>; augmented: Iterable<string[]> },
  split: Split,
  conditions?: ConditionRows,
): { training: Sequence[]; validation: Sequence[] } {
  const training: Sequence[] = [];
  const validation: Sequence[] = [];
  const encode = encoderOf(vocabulary);
  const sequence = (tokens: readonly string[]): Sequence => ({ ids: encode(tokens), rows: conditions?.of(tokens) });
  let index = 0;
  for (const tokens of pieces) {
    const before = tokens.at(-1) === END_OF_PIECE ? [END_OF_PIECE] : [];
    const whole = sequence([...before, ...tokens]);
    const { training: count } = split[index++]!;
    const end = before.length + count;
    if (count > 0) training.push(stretchOf(whole, 0, end));
    // The first token that is held out is told from the last one before it.
    if (count < tokens.length) validation.push(stretchOf(whole, count > 0 ? end - 1 : 0));
  }
  for (const tokens of augmented) training.push(sequence([END_OF_PIECE, ...tokens]));
  return { training, validation };
}

function stretchOf({ ids, rows }: Sequence, from: number, to = ids.length): Sequence {
  const K = rows === undefined ? 0 : rows.length / ids.length;
  return { ids: ids.subarray(from, to), rows: rows?.subarray(from * K, to * K) };
}
