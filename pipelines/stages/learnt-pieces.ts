import { linesOf, type Piece, pieceFromJson } from '@etude/corpus';
import type { Grammar } from '@etude/tokenizer';

/** The pieces of `pieces.jsonl` as a grammar takes them: one that writes a single track has the most melodic of each. */
export function* learntPieces(pieces: Uint8Array, { partOf }: Pick<Grammar, 'partOf'>): Generator<Piece> {
  for (const line of linesOf(pieces)) {
    const piece = pieceFromJson(line);
    yield partOf?.(piece) ?? piece;
  }
}
