import { type AbcTune, tunesOf } from '@etude/abc';
import type { FileReading, ReadingPlan, TextProblem } from './read-file.js';
import { type NotationReading, piecesOfNotation, readingOf } from './read-notation.js';

/** Reads a text in ABC notation: each tune is a piece. Of several tunes those that cannot be read are left out, and the summary says why. */
export function readAbc(bytes: Uint8Array, plan: ReadingPlan): FileReading {
  const text = Buffer.from(bytes).toString('utf8');
  const { scores = 'played' } = plan;
  const readings: (NotationReading & Pick<AbcTune, 'place' | 'title'>)[] = [];
  for (const { place, title, music } of tunesOf(text, { scores, keySignatures: true })) {
    readings.push({ place, title, ...piecesOfNotation(music, plan, place) });
  }
  const [first, another] = readings;
  const pieces = readings.flatMap((reading) => reading.pieces);
  if (another === undefined || pieces.length === 0) return readingOf(first!);
  const refused = readings.flatMap(({ summary: { error, place } }): TextProblem[] =>
    error === undefined ? [] : [{ ...place!, problem: error, done: 'this tune is left out' }],
  );
  const problems = [...refused, ...readings.flatMap(({ summary }) => summary.problems)];
  const sum = (count: 'notes' | 'events') => readings.reduce((total, { summary }) => total + summary[count], 0);
  const tunes = readings.map(({ title, place: { line }, summary: { notes, error } }) => ({
    ...{ line, title, notes },
    ...(error !== undefined && { error }),
  }));
  return readingOf({ pieces, summary: { tunes, problems, notes: sum('notes'), events: sum('events') } });
}
