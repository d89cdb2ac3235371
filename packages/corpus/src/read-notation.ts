import { notesDigest, type Piece, pieceToJson } from '@etude/music';
import { type FileReading, type FileSummary, piecesOfFile, type ReadingPlan, type TextProblem } from './read-file.js';

type Place = Pick<TextProblem, 'line' | 'column'>;

/** Music that was read from a text, as a MIDI file, and what was read around. */
export interface NotatedMusic {
  readonly bytes: Uint8Array;
  readonly warnings: readonly (Place & { readonly message: string })[];
}

/** Why a text, or a tune of it, cannot be read. */
export type Refusal = Place & { readonly message: string };

export interface NotationReading {
  readonly pieces: readonly Piece[];
  readonly summary: FileSummary;
}

/** Problems that are listed of a file; a text that is something else has one a line. */
const MOST_PROBLEMS = 1000;

/**
 * The pieces of music that was read from a text, as {@link piecesOfFile}.
 * @param start what an error names that has no other place
 */
export function piecesOfNotation(music: NotatedMusic | Refusal, plan: ReadingPlan, start: Place): NotationReading {
  const refusal = 'message' in music ? music : plan.strict ? music.warnings[0] : undefined;
  if (refusal !== undefined) {
    const { line, column, message } = refusal;
    return { pieces: [], summary: { problems: [], notes: 0, events: 0, error: message, place: { line, column } } };
  }
  const { bytes, warnings } = music as NotatedMusic;
  const { pieces, summary } = piecesOfFile(bytes, plan);
  const problems = warnings.slice(0, MOST_PROBLEMS).map(({ line, column, message }) => ({
    ...{ line, column, problem: message, done: 'read around' },
  }));
  const place = summary.error === undefined ? {} : { place: { line: start.line, column: start.column } };
  return { pieces, summary: { ...summary, ...place, problems } };
}

/** The form in which a corpus keeps pieces. */
export function readingOf({ pieces, summary }: NotationReading): FileReading {
  return { pieces: pieces.map(pieceToJson), notesDigests: pieces.map(notesDigest), summary };
}
