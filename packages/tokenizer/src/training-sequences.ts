import { END_OF_PIECE } from './grammars/grammar.js';
import type { Split } from './tokenization-formats.js';
import { encoderOf, type Vocabulary } from './vocabulary.js';

/** Sequences to learn from and to be tested on. A piece that ends with a token begins with that of the piece before. */
export function trainingSequences(
  vocabulary: Vocabulary,
  { tokens: pieces, augmented }: { tokens: Iterable<string[]>; augmented: Iterable<string[]> },
  split: Split,
): { training: Int32Array[]; validation: Int32Array[] } {
  const training: Int32Array[] = [];
  const validation: Int32Array[] = [];
  const encode = encoderOf(vocabulary);
  const sequence = (tokens: readonly string[], before: readonly string[]) => encode([...before, ...tokens]);
  let index = 0;
  for (const tokens of pieces) {
    const before = tokens.at(-1) === END_OF_PIECE ? [END_OF_PIECE] : [];
    const { training: count } = split[index++]!;
    if (count > 0) training.push(sequence(tokens.slice(0, count), before));
    // The first token that is held out is told from the last one before it.
    if (count < tokens.length)
      validation.push(sequence(tokens.slice(count), count > 0 ? [tokens[count - 1]!] : before));
  }
  for (const tokens of augmented) training.push(sequence(tokens, [END_OF_PIECE]));
  return { training, validation };
}
