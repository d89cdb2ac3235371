import { isDrum, notesOf } from './notes.js';
import type { Piece } from './piece.js';

/** Key profiles of major and minor from listening tests (Krumhansl and Kessler 1982), tonic first. */
const MAJOR = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR = [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];

/** A key: its tonic as a pitch class, 0 for C, and its mode. */
export interface Key {
  readonly tonic: number;
  readonly minor: boolean;
}

/**
 * The key in which a piece begins, by its signature; where it has none, the one that correlates best with how long each pitch class sounds.
 * @example
 * keyOf(canon); // { tonic: 2, minor: false }: D major
 */
export function keyOf(piece: Piece): Key {
  const [first] = piece.keySignatures;
  if (first !== undefined) {
    const major = (((first.sharps * 7) % 12) + 12) % 12;
    return { tonic: (major + (first.tonic ?? (first.minor ? 9 : 0))) % 12, minor: first.minor };
  }
  const weights = new Array<number>(12).fill(0);
  for (const note of notesOf(piece)) if (!isDrum(note)) weights[note.key % 12]! += note.end - note.start;
  let best = Number.NEGATIVE_INFINITY;
  let key: Key = { tonic: 0, minor: false };
  for (const minor of [false, true]) {
    const profile = minor ? MINOR : MAJOR;
    for (let tonic = 0; tonic < 12; tonic++) {
      const fit = correlation(
        weights,
        profile.map((_, i) => profile[(i - tonic + 12) % 12]!),
      );
      if (fit > best) [best, key] = [fit, { tonic, minor }];
    }
  }
  return key;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
