import type { Piece } from '@etude/music';
import { notationOf } from './notations.js';
import { piecesOfFile, type ReadingPlan } from './read-file.js';

/** A file holds no music that can be read. The message begins with its path, and with line and column where it is text. */
export class MusicError extends Error {
  override name = 'MusicError';
}

/** Warnings that are passed on of one file. */
const MOST_WARNINGS = 10;

/**
 * The first piece of a MIDI file, or of a text in ABC notation where the path ends in `.abc`.
 * @returns with it what of the text is not understood
 * @throws {MusicError} where there is none
 * @example
 * const { piece } = await readMusic('tune.abc', Buffer.from('X:1\nL:1/4\nK:C\nCEGc|'), plan);
 * notesOf(piece).length; // 4
 */
export async function readMusic(
  path: string,
  bytes: Uint8Array,
  plan: ReadingPlan,
): Promise<{ piece: Piece; warnings: string[] }> {
  const isText = notationOf(path) === 'abc';
  const { bytes: midi, warnings } = isText ? await fromAbc(path, bytes) : { bytes, warnings: [] };
  const { pieces, summary } = piecesOfFile(midi, plan);
  const [piece] = pieces;
  if (piece === undefined) throw new MusicError(`${path}: ${summary.error ?? 'there is no music in it'}`);
  return { piece, warnings };
}

async function fromAbc(path: string, bytes: Uint8Array): Promise<{ bytes: Uint8Array; warnings: string[] }> {
  // Loaded here, since it is large and few have music in ABC.
  const { AbcError, abcToMidi } = await import('@etude/abc');
  try {
    const { bytes: midi, warnings } = abcToMidi(Buffer.from(bytes).toString('utf8'));
    const lines = warnings
      .slice(0, MOST_WARNINGS)
      .map((each) => `${path}:${each.line}:${each.column}: ${each.message}`);
    if (warnings.length > MOST_WARNINGS) lines.push(`${path}: and ${warnings.length - MOST_WARNINGS} more of that`);
    return { bytes: midi, warnings: lines };
  } catch (error) {
    if (!(error instanceof AbcError)) throw error;
    throw new MusicError(`${path}:${error.line}:${error.column}: ${error.message}`);
  }
}
