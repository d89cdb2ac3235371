import { MusicXmlError, musicXmlToMidi } from '@etude/musicxml';
import type { FileReading, ReadingPlan } from './read-file.js';
import { piecesOfNotation, readingOf } from './read-notation.js';

/** Reads a score in MusicXML, compressed or not. */
export function readMusicXml(bytes: Uint8Array, plan: ReadingPlan): FileReading {
  const start = { line: 1, column: 1 };
  const { scores = 'played' } = plan;
  try {
    return readingOf(piecesOfNotation(musicXmlToMidi(bytes, { scores }), plan, start));
  } catch (error) {
    if (!(error instanceof MusicXmlError)) throw error;
    return readingOf(piecesOfNotation(error, plan, start));
  }
}
