import { measureMonotony } from '@etude/measures';
import { barsBefore, isDrum, keyOf, type Note, notesOf, type Piece, ticksOfBar } from '@etude/music';
import type { LearnedMusic } from '../learned-music.js';

/** How many faults a song has. */
export type Faults = (song: Piece) => number;

/** What a song that breaks off, and one without notes, counts for: more than all other faults together. */
export const BROKEN_OFF = 10;
const SILENT = 100;
/** A stretch that is played and played again is a repeat. */
const REPEAT = 2;

/**
 * Counts what a musician would object to in a song: that it has no notes, ends inside a bar, ends off the tonic, has notes beyond the range of
 * their instruments, or plays a stretch of bars more often in a row than any of the pieces does. A song without a metre or a key of its own has those of the first piece.
 */
export function faultsBeside(learned: LearnedMusic): Faults {
  const { first, pieces, notes } = learned;
  const { tonic } = keyOf(first);
  const mostTurns = pieces.reduce((most, piece, i) => Math.max(most, turnsIn(notes[i]!, piece)), REPEAT);
  return (song) => {
    const notes = notesOf(song);
    if (notes.length === 0) return SILENT;
    const timeSignatures = song.timeSignatures.length > 0 ? song.timeSignatures : first.timeSignatures.slice(0, 1);
    const inBars = { ...song, timeSignatures };
    const pitched = notes.filter((note) => !isDrum(note));
    return (
      Number(!endsWithBar(notes, inBars)) +
      Number(pitched.length > 0 && rootOf(pitched) !== (song.keySignatures.length > 0 ? keyOf(song).tonic : tonic)) +
      Number(!pitched.every((note) => learned.isInRange(note))) +
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

function endOf(notes: readonly Note[]): number {
  return notes.reduce((latest, { end }) => Math.max(latest, end), 0);
}
