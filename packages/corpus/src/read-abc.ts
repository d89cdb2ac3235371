import { AbcError, type AbcMusic, type AbcTune, tunesOf } from '@etude/abc';
import { notesDigest, type Piece, pieceToJson } from '@etude/music';
import { type FileReading, type FileSummary, piecesOfFile, type ReadingPlan, type TextProblem } from './read-file.js';

/** Problems that are listed of a file; a text that is something else has one a line. */
const MOST_PROBLEMS = 1000;

/** Reads a text in ABC notation: each tune is a piece. Of several tunes those that cannot be read are left out, and the summary says why. */
export function readAbc(bytes: Uint8Array, plan: ReadingPlan): FileReading {
  const text = Buffer.from(bytes).toString('utf8');
  const { scores = 'played' } = plan;
  const readings: TuneReading[] = [];
  for (const tune of tunesOf(text, { scores, keySignatures: true })) readings.push(readTune(tune, plan));
  const [first] = readings as [TuneReading];
  const pieces = readings.flatMap((reading) => reading.pieces);
  const read = { pieces: pieces.map(pieceToJson), notesDigests: pieces.map(notesDigest) };
  const problems = readings.flatMap((reading) => reading.problems).slice(0, MOST_PROBLEMS);
  if (readings.length === 1) return { ...read, summary: { ...first.summary, problems } };
  const refused = readings.flatMap(({ summary: { error, place } }): TextProblem[] =>
    error === undefined ? [] : [{ ...place!, problem: error, done: 'this tune is left out' }],
  );
  if (pieces.length === 0) {
    const { error, place } = first.summary;
    return { ...read, summary: { problems, notes: 0, events: 0, error: error!, place: place! } };
  }
  const sum = (count: 'notes' | 'events') => readings.reduce((total, { summary }) => total + summary[count], 0);
  const tunes = readings.map(({ title, place: { line }, summary: { notes, error } }) => ({
    ...{ line, title, notes },
    ...(error !== undefined && { error }),
  }));
  return {
    ...read,
    summary: { tunes, problems: [...refused, ...problems], notes: sum('notes'), events: sum('events') },
  };
}

interface TuneReading extends Pick<AbcTune, 'title' | 'place'> {
  readonly pieces: readonly Piece[];
  readonly summary: FileSummary;
  readonly problems: readonly TextProblem[];
}

function readTune({ title, place, music }: AbcTune, plan: ReadingPlan): TuneReading {
  const refused = ({ line, column, message }: AbcError | AbcMusic['warnings'][number]): TuneReading => ({
    ...{ title, place, pieces: [], problems: [] },
    summary: { problems: [], notes: 0, events: 0, error: message, place: { line, column } },
  });
  if (music instanceof AbcError) return refused(music);
  const [warning] = music.warnings;
  if (plan.strict && warning !== undefined) return refused(warning);
  const { pieces, summary } = piecesOfFile(music.bytes, plan);
  const problems = music.warnings.map(({ line, column, message }) => ({
    ...{ line, column, problem: message, done: 'read around' },
  }));
  return { title, place, pieces, summary: summary.error === undefined ? summary : { ...summary, place }, problems };
}
