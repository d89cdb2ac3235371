import { kernToMidi, musicXmlToMidi, ScoreError } from '@etude/scores';
import type { FileReading, ReadingPlan } from './read-file.js';
import { piecesOfNotation, readingOf } from './read-notation.js';

const READERS = { kern: kernToMidi, musicxml: musicXmlToMidi };

/** Reads a score: one piece, a track a part. */
export function readScore(notation: keyof typeof READERS, bytes: Uint8Array, plan: ReadingPlan): FileReading {
  const start = { line: 1, column: 1 };
  const { scores = 'played' } = plan;
  try {
    return readingOf(piecesOfNotation(READERS[notation](bytes, { scores }), plan, start));
  } catch (error) {
    if (!(error instanceof ScoreError)) throw error;
    return readingOf(piecesOfNotation(error, plan, start));
  }
}
