import { pitchesOf } from '@etude/measures';
import { isDrum, type Note, notesOf, type Piece } from '@etude/music';

/** What a model has learned from, and what songs need to know of it: each found out once, when it is first asked for. */
export class LearnedMusic {
  /** at least one */
  readonly pieces: readonly Piece[];
  #notes: readonly (readonly Note[])[] | undefined;
  #pitches: ReadonlySet<number> | undefined;
  #ranges: ReadonlyMap<number, readonly [lowest: number, highest: number]> | undefined;

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
  }

  /** The piece whose metre and key songs have that have none. */
  get first(): Piece {
    return this.pieces[0]!;
  }

  /** of each piece */
  get notes(): readonly (readonly Note[])[] {
    this.#notes ??= this.pieces.map(notesOf);
    return this.#notes;
  }

  /** Keys of all notes but those of percussion. */
  get pitches(): ReadonlySet<number> {
    this.#pitches ??= pitchesOf(this.notes);
    return this.#pitches;
  }

  /** Whether a note is neither lower nor higher than its instrument ever is; any note is, of an instrument that the music lacks. */
  isInRange({ program, key }: { readonly program?: number; readonly key: number }): boolean {
    this.#ranges ??= rangesOf(this.notes);
    const [lowest, highest] = this.#ranges.get(program ?? -1) ?? [0, 127];
    return key >= lowest && key <= highest;
  }
}

/** The lowest and the highest key of each program of General MIDI, percussion left out. */
function rangesOf(pieces: readonly (readonly Note[])[]) {
  const ranges = new Map<number, readonly [number, number]>();
  for (const note of pieces.flat()) {
    if (isDrum(note)) continue;
    const [lowest, highest] = ranges.get(note.program) ?? [note.key, note.key];
    ranges.set(note.program, [Math.min(lowest, note.key), Math.max(highest, note.key)]);
  }
  return ranges;
}
