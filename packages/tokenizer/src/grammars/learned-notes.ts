import { type Note, notesOf, type Piece, rescale } from '@etude/music';
import { createGrammar, type GrammarSettings } from './create-grammar.js';
import { GrammarError } from './grammar.js';

/**
 * What a model has learned from, to be compared with its songs: the notes of each piece as they are, and as the grammar writes them, on
 * its grid and without what it cannot say.
 * @param pieces as the grammar takes them
 * @example
 * const index = new CopyIndex(learnedNotes(settings, pieces));
 */
export function learnedNotes(settings: GrammarSettings, pieces: readonly Piece[]): Note[][][] {
  const grammar = createGrammar(settings);
  const written = (piece: Piece): Note[][] => {
    // Without a grid, time is in ticks of one division.
    const inTicks = settings.steps === 0 ? rescale(piece, settings.division) : piece;
    try {
      return [notesOf(grammar.decode(grammar.encode(inTicks)))];
    } catch (error) {
      if (error instanceof GrammarError) return [];
      throw error;
    }
  };
  return pieces.map((piece) => [notesOf(piece), ...written(piece)]);
}
