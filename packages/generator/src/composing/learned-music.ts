import { pitchesOf } from '@etude/measures';
import { isDrum, keyOf, type Note, notesOf, type Piece } from '@etude/music';

/** Share of the pieces of a corpus that may be shorter than songs are. */
const SHORTER = 0.05;

/** What a model has learned from, and what songs need to know of it: each found out once, when it is first asked for. */
export class LearnedMusic {
  /** at least one */
  readonly pieces: readonly Piece[];
  #typical: Piece | undefined;
  #shortest: number | undefined;
  #notes: readonly (readonly Note[])[] | undefined;
  #pitches: ReadonlySet<number> | undefined;
  #ranges: ReadonlyMap<number, readonly [lowest: number, highest: number]> | undefined;

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
  }

  /** The piece whose metre and key songs have that have none: the first with the most frequent metre, and of those with the most frequent key. */
  get typical(): Piece {
    this.#typical ??= [metreAtEnd, (piece: Piece) => String(keyOf(piece).tonic)].reduce(mostFrequent, this.pieces)[0]!;
    return this.#typical;
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

  /** Quarter notes that nearly all pieces of a corpus last; 0 where there is one piece, whose end says nothing of songs. */
  get shortest(): number {
    this.#shortest ??= this.pieces.length === 1 ? 0 : this.#shortestOfMany();
    return this.#shortest;
  }

  #shortestOfMany(): number {
    const lengths = this.pieces.map(({ division }, i) => endOf(this.notes[i]!) / division).sort((a, b) => a - b);
    return lengths[Math.floor(lengths.length * SHORTER)]!;
  }

  /** Quarter notes that the longest note lasts. */
  get longestNote(): number {
    return this.pieces.reduce((longest, { division }, i) => {
      return this.notes[i]!.reduce((most, { start, end }) => Math.max(most, (end - start) / division), longest);
    }, 0);
  }

  /** Whether a note is neither lower nor higher than its instrument ever is; any note is, of an instrument that the music lacks. */
  isInRange({ program, key }: { readonly program?: number; readonly key: number }): boolean {
    this.#ranges ??= rangesOf(this.notes);
    const [lowest, highest] = this.#ranges.get(program ?? -1) ?? [0, 127];
    return key >= lowest && key <= highest;
  }
}

/** The tick at which the last note ends. */
export function endOf(notes: readonly Note[]): number {
  return notes.reduce((latest, { end }) => Math.max(latest, end), 0);
}

/** The pieces of the largest group that have something in common, of equal groups of the first. */
function mostFrequent(pieces: readonly Piece[], commonOf: (piece: Piece) => string): readonly Piece[] {
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const common = commonOf(piece);
    const group = groups.get(common);
    if (group) group.push(piece);
    else groups.set(common, [piece]);
  }
  return [...groups.values()].reduce((largest, group) => (group.length > largest.length ? group : largest));
}

/** The metre in which a piece ends, such as 6/8: that of its first bar may be one of an upbeat. */
export function metreAtEnd({ timeSignatures }: Piece): string {
  const { numerator, denominator } = timeSignatures.at(-1) ?? { numerator: 4, denominator: 4 };
  return `${numerator}/${denominator}`;
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
