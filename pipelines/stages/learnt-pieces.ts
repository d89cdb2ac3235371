import type { InputFile } from '@etude/engine';
import { type Piece, pieceFromJson, textLines } from '@etude/music';
import type { Grammar } from '@etude/tokenizer';
import { readArtifact } from './read-artifact.js';

type PartOf = Pick<Grammar, 'partOf'>;

/** The pieces of `pieces.jsonl` as a grammar takes them: one that writes a single track has the most melodic of each. */
export function learntPieces(file: InputFile, grammar: PartOf): [Piece, ...Piece[]] {
  return readArtifact(file, ({ bytes }) => {
    const [first, ...others] = pieces(bytes, grammar);
    if (first === undefined) throw new Error('expected a piece a line, found none');
    return [first, ...others];
  });
}

/** The first of the pieces; the others are not read. */
export function firstLearntPiece(file: InputFile, grammar: PartOf): Piece {
  return readArtifact(file, ({ bytes }) => {
    for (const piece of pieces(bytes, grammar)) return piece;
    throw new Error('expected a piece a line, found none');
  });
}

function* pieces(bytes: Uint8Array, { partOf }: PartOf): Generator<Piece> {
  for (const line of textLines(bytes)) {
    const piece = pieceFromJson(line);
    yield partOf?.(piece) ?? piece;
  }
}
