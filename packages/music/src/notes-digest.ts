import { createHash } from 'node:crypto';
import { isDrum, notesOf } from './notes.js';
import type { Piece } from './piece.js';

/**
 * The SHA-256 of a piece's notes: start and length in 960ths of a quarter note, and key. Neither instrument nor velocity counts,
 * nor a name, nor how many ticks a quarter note has.
 * @example
 * notesDigest(rescale(canon, 960)) === notesDigest(canon); // true
 */
export function notesDigest(piece: Piece): string {
  const notes = notesOf(piece);
  const numbers = new Float64Array(notes.length * 3);
  const unit = 960 / piece.division;
  notes.forEach((note, i) => {
    numbers[3 * i] = Math.round(note.start * unit);
    numbers[3 * i + 1] = Math.round((note.end - note.start) * unit);
    numbers[3 * i + 2] = note.key + (isDrum(note) ? 128 : 0);
  });
  return createHash('sha256').update(new Uint8Array(numbers.buffer)).digest('hex');
}
