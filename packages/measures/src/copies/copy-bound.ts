/** Knows runs of notes of some music. */
export interface RunIndex {
  /** Whether the music has the run of which `codes` (`codesOf`) from one place on and before another are those of a line: the notes from `from` to `until`. */
  contains(codes: Int32Array, from: number, until: number): boolean;
}

/** How much of some music a song may have. */
export interface CopyBound {
  readonly index: RunIndex;
  /** notes of a copied run at most, at least 1 */
  readonly limit: number;
}
