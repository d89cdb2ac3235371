import { END_OF_PIECE, type Grammar } from './grammars/grammar.js';
import type { Tokenization } from './tokenization-format.js';

/** How much of a corpus is held out: tokens, and notes that begin in them. */
export function heldOutOf(
  pieces: Iterable<readonly string[]>,
  grammar: Grammar,
  parts: Tokenization['parts'],
): { tokens: number; notes: number } {
  let [tokens, notes, index] = [0, 0, 0];
  for (const piece of pieces) {
    const heldOut = piece.slice(parts[index++]!.training);
    const reader = grammar.reader();
    for (const token of heldOut) {
      // What ends a piece is told as all else is, but no grammar reads it.
      if (token === END_OF_PIECE) continue;
      if (reader.noteOf(token) !== undefined) notes += 1;
      reader.add(token);
    }
    tokens += heldOut.length;
  }
  return { tokens, notes };
}
