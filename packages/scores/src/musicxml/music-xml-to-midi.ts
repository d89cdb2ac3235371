import { hasNotes } from '../score.js';
import { ScoreError, type ScoreWarning } from '../score-error.js';
import { type ScoreMusic, type ScoreOptions, scoreToMidi } from '../score-to-midi.js';
import { readDocument } from './document.js';
import { readScore } from './read-score.js';

/**
 * The music of a score in MusicXML (`score-partwise`), as text or in a compressed file (`.mxl`). Notes are as long as they are written, ties joined; grace notes,
 * cues and dynamics are left out. Transposing instruments sound as they do. A measure that is not full at the beginning is an upbeat: it ends at a bar line.
 * @throws {ScoreError} with line and column, where the file is something else or has no notes
 * @example
 * const { bytes, warnings } = musicXmlToMidi(readFileSync('bwv66.6.mxl'));
 */
export function musicXmlToMidi(file: Uint8Array, options: ScoreOptions = {}): ScoreMusic {
  const warnings: ScoreWarning[] = [];
  const document = readDocument(file);
  const score = readScore(document, (warning) => warnings.push(warning));
  if (!hasNotes(score)) throw new ScoreError(document.placeOf(document.root), 'there are no notes in this score');
  return { bytes: scoreToMidi(score, options), warnings };
}
