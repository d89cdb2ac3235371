import { basename, extname } from 'node:path';
import { MusicError, readMusic } from '@etude/corpus';
import { notesOf, type Piece, rescale } from '@etude/music';
import { type Grammar, GrammarError, type GrammarSettings } from '@etude/tokenizer';
import { CompositionError } from './composition-error.js';

/** A file with music of the user's own. */
export interface GivenFile {
  /** as messages name it */
  readonly path: string;
  bytes(): Uint8Array;
}

/**
 * Music of the user's own, in MIDI or ABC, by the names of its files without their endings, in the grammar's ticks.
 * @param say hears what in a file is not understood
 * @throws {CompositionError} where a file cannot be read, or the grammar writes none of its notes
 */
export async function givenMusic(
  files: readonly GivenFile[],
  settings: GrammarSettings,
  grammar: Grammar,
  say: (line: string) => void = () => {},
): Promise<Map<string, Piece>> {
  const given = new Map<string, Piece>();
  for (const file of files) {
    try {
      const { piece, warnings } = await readMusic(file.path, file.bytes(), {
        selection: { tracks: 'all', drums: 'keep', merge: grammar.partOf !== undefined },
        ...{ strict: false, pedalToDurations: false, quantize: settings.steps, transposeToC: false },
      });
      for (const warning of warnings) say(warning);
      // As the grammar writes it down: parts of a song have the same tracks whether they are given or written.
      const written = grammar.decode(grammar.encode(rescale(piece, settings.division)));
      if (notesOf(written).length === 0) {
        throw new CompositionError(`${file.path}: all notes in it are percussion, which the grammar does not write`);
      }
      given.set(basename(file.path, extname(file.path)), written);
    } catch (error) {
      if (error instanceof MusicError) throw new CompositionError(error.message);
      if (error instanceof GrammarError) throw new CompositionError(`${file.path}: ${error.message}`);
      throw error;
    }
  }
  return given;
}
