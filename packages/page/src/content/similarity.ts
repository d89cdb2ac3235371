import { selfSimilarity } from '@etude/measures';
import { isDrum, notesOf, type Piece } from '@etude/music';

/** Bars that are told apart; of longer songs several are one. */
const MOST_BARS = 96;

/** How alike any two bars of a song are, row by row, as digits from 0 to 9 (Foote 1999). */
export function similarityDigits(song: Piece): string[] {
  const matrix = selfSimilarity(
    notesOf(song).filter((note) => !isDrum(note)),
    song,
  );
  const step = Math.max(1, Math.ceil(matrix.length / MOST_BARS));
  const count = Math.ceil(matrix.length / step);
  const most = (row: number, column: number) => {
    let greatest = 0;
    for (const values of matrix.slice(row * step, (row + 1) * step)) {
      for (const value of values.subarray(column * step, (column + 1) * step)) greatest = Math.max(greatest, value);
    }
    return greatest;
  };
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: count }, (_, column) => Math.round(9 * most(row, column))).join(''),
  );
}
