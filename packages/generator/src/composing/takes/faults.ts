import { measureMonotony } from '@etude/measures';
import { barsBefore, isDrum, keyOf, type Note, notesOf, type Piece, ticksOfBar } from '@etude/music';
import { endOf, type LearnedMusic, metreAtEnd } from '../learned-music.js';

/** How many faults a song has. */
export type Faults = (song: Piece) => number;

/** What a song that breaks off, and one without notes, counts for: more than all other faults together. */
export const BROKEN_OFF = 10;
const SILENT = 100;
/** What a song counts for that is shorter than nearly all pieces of a corpus: as much as all that a whole one may have. */
const FRAGMENT = 5;
/** A stretch that is played and played again is a repeat. */
const REPEAT = 2;

/**
 * Counts what a musician would object to in a song: that it has no notes, is shorter than nearly all pieces of a corpus, ends inside a bar, ends off the tonic, has notes beyond the range of
 * their instruments, ends on a note shorter than most that end pieces of its metre, or plays a stretch of bars more often in a row than any of
 * the pieces does. A song without a metre or a key of its own has those of the typical piece.
 */
export function faultsBeside(learned: LearnedMusic): Faults {
  const { typical, pieces, notes, shortest } = learned;
  const { tonic } = keyOf(typical);
  const usual = usualLastNotes(learned);
  const mostTurns = pieces.reduce((most, piece, i) => Math.max(most, turnsIn(notes[i]!, piece)), REPEAT);
  return (song) => {
    const notes = notesOf(song);
    const end = endOf(notes);
    if (end === 0) return SILENT;
    const timeSignatures = song.timeSignatures.length > 0 ? song.timeSignatures : typical.timeSignatures.slice(0, 1);
    const inBars = { ...song, timeSignatures };
    const pitched = notes.filter((note) => !isDrum(note));
    return (
      (end / song.division < shortest ? FRAGMENT : 0) +
      Number(!endsWithBar(notes, inBars)) +
      Number(pitched.length > 0 && rootOf(pitched) !== (song.keySignatures.length > 0 ? keyOf(song).tonic : tonic)) +
      Number(!pitched.every((note) => learned.isInRange(note))) +
      Number(lastNote(notes, inBars) < (usual.get(metreAtEnd(inBars)) ?? 0)) +
      Number(turnsIn(notes, inBars) > mostTurns)
    );
  };
}

/** How often the longest stretch of bars that is played again at once is played. */
const turnsIn = (notes: readonly Note[], piece: Piece) => measureMonotony(notes, piece).longestLoop?.times ?? 0;

/** Whether the last bar is whole, or is so together with an upbeat. */
function endsWithBar(notes: readonly Note[], piece: Piece): boolean {
  const end = endOf(notes);
  const bars = [...barsBefore(end, piece)];
  const [first, last] = [bars[0]!, bars.at(-1)!];
  const left = last.start + last.length - end;
  const whole = ticksOfBar(piece, piece.division);
  return left === 0 || (first.length < whole && left === first.length);
}

/** The pitch class of the lowest note that sounds at the end. */
function rootOf(notes: readonly Note[]): number {
  const end = endOf(notes);
  const last = notes.filter((note) => note.end === end);
  return last.reduce((lowest, { key }) => Math.min(lowest, key), 127) % 12;
}

/** How long the note is that ends most pieces of each metre, in quarter notes: the median. */
function usualLastNotes({ pieces, notes }: LearnedMusic): ReadonlyMap<string, number> {
  const lengths = new Map<string, number[]>();
  for (const [i, piece] of pieces.entries()) {
    if (notes[i]!.length === 0) continue;
    const metre = metreAtEnd(piece);
    const inMetre = lengths.get(metre) ?? [];
    inMetre.push(lastNote(notes[i]!, piece));
    lengths.set(metre, inMetre);
  }
  const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1]!;
  return new Map([...lengths].map(([metre, all]) => [metre, median(all)]));
}

/** The length of the longest note that sounds to the end, in quarter notes. */
function lastNote(notes: readonly Note[], { division }: Piece): number {
  const end = endOf(notes);
  return (
    notes.reduce((longest, note) => (note.end === end ? Math.max(longest, end - note.start) : longest), 0) / division
  );
}
