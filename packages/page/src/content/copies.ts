import { type CopiedRun, linesOf } from '@etude/measures';
import { type Note, notesOf, type Piece } from '@etude/music';

/** Part of a second by which a sum of times may be off. */
const EXACT = 1e-6;

/** The ticks of a song between which a copied run sounds. */
export function ticksOfCopy(
  { at, seconds }: Pick<CopiedRun, 'at' | 'seconds'>,
  song: Piece,
  secondsAt: (tick: number) => number,
): { from: number; until: number } {
  const notes = notesOf(song);
  const from = notes.find(({ start }) => secondsAt(start) >= at - EXACT)?.start ?? 0;
  const until = notes.reduce(
    (latest, { end }) => (end > latest && secondsAt(end) <= at + seconds + EXACT ? end : latest),
    from,
  );
  return { from, until };
}

/** Where a copied run stands in a piece, in quarter notes; undefined where the piece has no such intervals, as where a grid moved notes in it. */
export function placeOfCopy(
  { notes: count, at, line, source }: CopiedRun,
  song: Piece,
  piece: Piece,
  secondsAt: (tick: number) => number,
): { from: number; until: number } | undefined {
  const sung = linesOf(notesOf(song)).find(({ name }) => name === line)?.notes ?? [];
  // It may begin within a chord: with any of the notes that begin there.
  const firsts = Array.from(sung.keys()).filter((i) => Math.abs(secondsAt(sung[i]!.start) - at) < EXACT);
  const runs = firsts.map((first) => intervals(sung.slice(first, first + count)));
  const lines = linesOf(notesOf(piece));
  // The note that the index tells is that of the piece as it is, or as the grammar writes it.
  const told = lines.find(({ name }) => name === source.line);
  const distance = (start: number) => Math.abs(start - source.note);
  for (const { notes } of [...(told ? [told] : []), ...lines]) {
    const places = Array.from(notes.keys()).filter((start) => runs.some((run) => isAt(notes, start, run)));
    const [nearest] = places.sort((a, b) => distance(a) - distance(b));
    if (nearest === undefined) continue;
    const run = notes.slice(nearest, nearest + count);
    const end = run.reduce((latest, note) => Math.max(latest, note.end), 0);
    return { from: run[0]!.start / piece.division, until: end / piece.division };
  }
  return undefined;
}

function intervals(notes: readonly Note[]): number[] {
  return notes.slice(1).map(({ key }, i) => key - notes[i]!.key);
}

function isAt(notes: readonly Note[], start: number, wanted: readonly number[]): boolean {
  if (start + wanted.length >= notes.length) return false;
  return wanted.every((interval, i) => notes[start + i + 1]!.key - notes[start + i]!.key === interval);
}
