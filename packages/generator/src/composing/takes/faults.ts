import { barsBefore, isDrum, keyOf, type Note, notesOf, type Piece } from '@etude/music';

/** How many faults a song has. */
export type Faults = (song: Piece) => number;

/** What a song that breaks off, and one without notes, counts for: more than all other faults together. */
export const BROKEN_OFF = 10;
const SILENT = 100;

/**
 * Counts what a musician would object to in a song: that it has no notes, ends inside a bar, ends off the tonic, or has notes beyond the range of
 * their instruments. A song without a metre or a key of its own has those of the first piece.
 * @param learned the music learnt from, at least one piece
 */
export function faultsBeside(learned: readonly Piece[]): Faults {
  const [first] = learned as [Piece, ...Piece[]];
  const { tonic } = keyOf(first);
  const ranges = rangesOf(learned);
  return (song) => {
    const notes = notesOf(song);
    if (notes.length === 0) return SILENT;
    const metre = song.timeSignatures.length > 0 ? song.timeSignatures : first.timeSignatures.slice(0, 1);
    const isBeyond = ({ program, key }: Note) => {
      const [lowest, highest] = ranges.get(program) ?? [0, 127];
      return key < lowest || key > highest;
    };
    const pitched = notes.filter((note) => !isDrum(note));
    return (
      Number(!endsWithBar(notes, { ...song, timeSignatures: metre })) +
      Number(pitched.length > 0 && rootOf(pitched) !== (song.keySignatures.length > 0 ? keyOf(song).tonic : tonic)) +
      Number(pitched.some(isBeyond))
    );
  };
}

/** The lowest and the highest key of each program. */
function rangesOf(pieces: readonly Piece[]): ReadonlyMap<number, readonly [number, number]> {
  const ranges = new Map<number, readonly [number, number]>();
  for (const note of pieces.flatMap(notesOf)) {
    if (isDrum(note)) continue;
    const [lowest, highest] = ranges.get(note.program) ?? [note.key, note.key];
    ranges.set(note.program, [Math.min(lowest, note.key), Math.max(highest, note.key)]);
  }
  return ranges;
}

function endsWithBar(notes: readonly Note[], piece: Piece): boolean {
  const end = endOf(notes);
  const last = [...barsBefore(end, piece)].at(-1)!;
  return last.start + last.length === end;
}

/** The pitch class of the lowest note that sounds at the end. */
function rootOf(notes: readonly Note[]): number {
  const end = endOf(notes);
  const last = notes.filter((note) => note.end === end);
  return last.reduce((lowest, { key }) => Math.min(lowest, key), 127) % 12;
}

function endOf(notes: readonly Note[]): number {
  return notes.reduce((latest, { end }) => Math.max(latest, end), 0);
}
