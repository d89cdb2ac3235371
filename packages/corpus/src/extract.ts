import { FAMILIES, instrument, type Piece, pieceFromJson } from '@etude/music';
import * as z from 'zod';
import { Variants } from './families.js';
import { readCorpus } from './read-corpus.js';
import type { CorpusPlan, FileReading, FileSummary } from './read-file.js';
import { readSource } from './read-source.js';
import { readingsFromBytes, readingsToBytes } from './readings.js';

/** Fewer files than this are read again sooner than what is known of them. */
const WORTH_A_MEMO = 8;
const EVERYTHING = { tracks: 'all', drums: 'keep', merge: false } as const;
/** Lines said of what is wrong; the summary has all of it. */
const MOST_LINES = 10;

const trackNumber = z.int().min(0);
/** What is taken out of music files, and what is done to it. */
export const extractionParams = z.strictObject({
  track: z
    .union([z.literal('auto'), z.literal('all'), trackNumber, z.array(trackNumber).min(1)])
    .default('auto')
    .describe(
      'the tracks to take, counted from 0; auto: all that have notes, of which a grammar of one track takes the most melodic',
    ),
  trackName: z.string().optional().describe('take only tracks of this name; * stands for anything'),
  channels: z.array(z.int().min(1).max(16)).min(1).optional().describe('take only these channels'),
  instruments: z.array(instrument).min(1).optional().describe('take only these instruments: names or numbers'),
  families: z.array(z.enum(FAMILIES)).min(1).optional().describe('take only instruments of these families'),
  drums: z.enum(['keep', 'drop', 'only']).default('keep').describe('what to do with percussion (channel 10)'),
  merge: z.boolean().default(false).describe('one track of all that are taken'),
  pedalToDurations: z
    .boolean()
    .default(false)
    .describe('make notes as long as the sustain pedal holds them, in place of the pedal'),
  quantize: z.int().min(0).max(960).default(0).describe('steps a quarter note that every event is moved to; 0: none'),
  framesPerBeat: z.int().min(1).max(96).default(1).describe('frames a quarter note of piano rolls'),
  transposeToC: z.boolean().default(false).describe('transpose every piece to C major or A minor'),
  scores: z
    .enum(['played', 'written'])
    .default('played')
    .describe(
      'how notation is read. played: with repeats and endings, ABC also with grace notes and ornaments; written: every bar once and none of these',
    ),
  strict: z.boolean().default(false).describe('fail at the first thing in a file that breaks the specification'),
});
export type ExtractionParams = z.output<typeof extractionParams>;

/** A file of music. */
export interface SourceFile {
  /** as messages name it */
  readonly path: string;
  /** relative to the folder that all files are in */
  readonly name: string;
  /** absolute */
  readonly location: string;
  /** SHA-256 of its bytes, in hexadecimal */
  readonly digest: string;
  bytes(): Uint8Array;
}

/** Nothing can be learnt from a file, or from any. The message says why. */
export class SourceError extends Error {
  override name = 'SourceError';
}

/** What was found out about files before, for speed alone. */
interface Memo {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
}

type Say = (line: string) => void;

const count = (n: number) => n.toLocaleString('en');

export interface ExtractionHooks {
  readonly memo: Memo;
  readonly signal: AbortSignal;
  readonly progress: (progress: { done: number; total: number; unit: string }) => void;
  readonly say: Say;
}

/** What is read, and what must not be in it. */
interface ExtractionFiles {
  readonly source: readonly SourceFile[];
  /** pieces that are variants of one of these are left out */
  readonly without?: readonly SourceFile[] | undefined;
}

/**
 * The pieces of music files as JSON, a line each, and a summary of what was read.
 * @param threads that read at most
 * @throws {SourceError} where there is nothing to learn from
 * @throws {ChangedFileError} where a file is no longer what its digest says
 * @throws the signal's reason where it is aborted
 * @example
 * const { pieces } = await extractPieces({ source: [canonFile] }, extractionParams.parse({ track: 'all' }), 1, hooks);
 * pieceFromJson(pieces[0]).tracks.length; // 5
 */
export async function extractPieces(
  { source, without = [] }: ExtractionFiles,
  params: ExtractionParams,
  threads: number,
  { memo, signal, progress, say }: ExtractionHooks,
): Promise<{ pieces: readonly string[]; summary: string }> {
  const plan = planOf(params);
  const unwanted = without.length === 0 ? undefined : await variantsOf(without, plan);
  if (source.length === 1) {
    const [file] = source as [SourceFile];
    const reading = await readSource(file.path, file.bytes(), plan);
    if (reading.summary.tunes === undefined && unwanted === undefined) return ofOne(file, reading, params, say);
    return ofMany(source, new Map([[file.digest, reading]]), { params, unwanted, say });
  }
  const readings = source.length < WORTH_A_MEMO ? new Map<string, FileReading>() : await remembered(memo);
  const unread = source.filter(({ digest }) => !readings.has(digest));
  const read = await readCorpus(
    unread.map(({ location, digest }) => ({ path: location, digest })),
    plan,
    { threads, signal, onProgress: (done, total) => progress({ done, total, unit: 'files' }) },
  );
  for (const [index, { digest }] of unread.entries()) readings.set(digest, read[index]!);
  if (source.length >= WORTH_A_MEMO && unread.length > 0) {
    say(`read ${unread.length} of ${source.length} files`);
    await memo.save(readingsToBytes(new Map(source.map(({ digest }) => [digest, readings.get(digest)!]))));
  }
  return ofMany(source, readings, { params, unwanted, say });
}

/** @throws {SourceError} where one of the files cannot be read */
async function variantsOf(files: readonly SourceFile[], plan: CorpusPlan): Promise<Variants> {
  const pieces: Piece[] = [];
  for (const file of files) {
    const { pieces: found, summary } = await readSource(file.path, file.bytes(), { ...plan, selection: EVERYTHING });
    throwError(file.path, summary);
    for (const json of found) pieces.push(pieceFromJson(json));
  }
  return new Variants(pieces);
}

async function remembered(memo: Memo): Promise<Map<string, FileReading>> {
  const bytes = await memo.load();
  try {
    return bytes === undefined ? new Map() : readingsFromBytes(bytes);
  } catch {
    // It is for speed alone.
    return new Map();
  }
}

function planOf(params: ExtractionParams): CorpusPlan {
  const { track, trackName: name, channels, instruments: programs, families, drums, merge } = params;
  const { strict, pedalToDurations, quantize, transposeToC, framesPerBeat, scores } = params;
  const tracks = typeof track === 'number' ? [track] : track;
  return {
    selection: { tracks, name, channels, programs, families, drums, merge },
    ...{ strict, pedalToDurations, quantize, transposeToC, framesPerBeat, scores },
  };
}

function ofOne({ path }: SourceFile, { pieces, summary }: FileReading, { track }: ExtractionParams, say: Say) {
  const { problems, tracks = [], notes, events, parts } = summary;
  const lines = problems.map((problem) => `${path}:${inWords(problem)}`);
  sayLines(lines, say);
  throwError(path, summary);
  if (parts !== undefined) {
    say(`${partsInWords(parts)}; ${notes.toLocaleString('en')} notes`);
    return { pieces, summary: summaryToJson(summary) };
  }
  const numbered = tracks.map((each, index) => ({ index, ...each }));
  const taken = numbered.filter((each) => each.taken);
  const [first] = taken;
  const what =
    taken.length === 1
      ? `track ${first!.index}${first!.name && ` "${first!.name}"`}`
      : `${taken.length} of ${tracks.length} tracks`;
  const withNotes = tracks.filter((each) => each.notes > 0).length;
  const why =
    withNotes === 1
      ? 'the only one with notes'
      : taken.length === withNotes
        ? 'all that have notes'
        : 'those with notes that are selected';
  say(`${what}${track === 'auto' ? ` (auto: ${why})` : ''}: ${notes} notes, ${events} events`);
  return { pieces, summary: summaryToJson({ ...summary, tracks: numbered }) };
}

function ofMany(
  source: readonly SourceFile[],
  readings: Map<string, FileReading>,
  {
    params: { strict },
    unwanted,
    say,
  }: { readonly params: ExtractionParams; readonly unwanted: Variants | undefined; readonly say: Say },
) {
  const pieces: string[] = [];
  const lines: string[] = [];
  /** name of the file in which these notes came first */
  const seen = new Map<string, string>();
  let [notes, events, variants] = [0, 0, 0];
  const summaries = source.map(({ name, path, digest }) => {
    const { pieces: found, notesDigests, summary } = readings.get(digest)!;
    if (summary.error !== undefined) {
      if (strict) throwError(path, summary);
      lines.push(`${placeOf(path, summary)}: left out: ${summary.error}`);
    }
    for (const problem of summary.problems) lines.push(`${path}:${inWords(problem)}`);
    if (summary.parts !== undefined) lines.push(`${path}: ${partsInWords(summary.parts)}`);
    const playable = summary.tunes?.filter((tune) => tune.error === undefined);
    const twins: string[] = [];
    const taken = found.filter((json, index) => {
      if (unwanted?.has(pieceFromJson(json))) {
        variants += 1;
        return false;
      }
      const tune = playable?.[index];
      const notesDigest = notesDigests[index]!;
      const twin = seen.get(notesDigest);
      if (twin === undefined) {
        seen.set(notesDigest, tune === undefined ? name : `${name}:${tune.line}`);
        return true;
      }
      twins.push(twin);
      lines.push(`${path}${tune === undefined ? '' : `:${tune.line}`}: left out: it has the same notes as ${twin}`);
      return false;
    });
    for (const json of taken) pieces.push(json);
    notes += summary.notes;
    events += summary.events;
    return { name, pieces: taken.length, ...(twins.length > 0 && { sameNotesAs: twins }), ...summary };
  });
  sayLines(lines, say);
  if (variants > 0) say(`${count(variants)} pieces left out: extract-track.without has variants of them`);
  if (pieces.length === 0) throw new SourceError('there is nothing to learn from in any of the files');
  say(
    `${count(pieces.length)} pieces of ${count(source.length)} ${source.length === 1 ? 'file' : 'files'}: ${count(notes)} notes, ${count(events)} events`,
  );
  return { pieces, summary: summaryToJson({ pieces: pieces.length, notes, events, files: summaries }) };
}

function partsInWords({ training, validation, test, silent }: NonNullable<FileReading['summary']['parts']>): string {
  const parts = `pieces: ${training} to learn from, ${validation} to validate on, ${test} to test on`;
  return silent === 0 ? parts : `${parts}, ${silent} without notes left out`;
}

function throwError(path: string, summary: FileSummary): void {
  if (summary.error !== undefined) throw new SourceError(`${placeOf(path, summary)}: ${summary.error}`);
}

function placeOf(path: string, { place }: FileSummary): string {
  return place === undefined ? path : `${path}:${place.line}:${place.column}`;
}

function inWords(found: FileSummary['problems'][number]): string {
  const { problem, done } = found;
  if ('line' in found) return `${found.line}:${found.column}: ${problem}; ${done}`;
  const { track, offset } = found;
  return `${track === undefined ? '' : ` track ${track},`} byte ${offset}: ${problem}; ${done}`;
}

function sayLines(lines: readonly string[], say: Say): void {
  for (const line of lines.slice(0, MOST_LINES)) say(line);
  if (lines.length > MOST_LINES) say(`and ${lines.length - MOST_LINES} more; see tracks.json`);
}

function summaryToJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
