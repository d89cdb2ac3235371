import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { notationOf } from './notations.js';
import { type CorpusPlan, type FileReading, readPieces } from './read-file.js';

/** Reads the pieces of a file: notation by its ending, MIDI and JSON by what they begin with. What goes wrong is in the summary. */
export async function readSource(path: string, bytes: Uint8Array, plan: CorpusPlan): Promise<FileReading> {
  // What reads notation is loaded here, since it is large and most music is MIDI.
  const notation = notationOf(path);
  if (notation === 'abc') return (await import('./read-abc.js')).readAbc(bytes, plan);
  if (notation !== undefined) return (await import('./read-score.js')).readScore(notation, bytes, plan);
  return readPieces(bytes, plan);
}

/** A file to read: where it is, and what was found there before. */
export interface FileToRead {
  readonly path: string;
  /** SHA-256 of its bytes, in hexadecimal */
  readonly digest: string;
}

/**
 * Reads files from the disk, for a thread that does nothing else.
 * @returns a reading of each; undefined where a file is not what it was when its digest was taken
 */
export async function readFiles({
  files,
  plan,
}: {
  files: FileToRead[];
  plan: CorpusPlan;
}): Promise<(FileReading | undefined)[]> {
  const readings: (FileReading | undefined)[] = [];
  for (const { path, digest } of files) {
    const bytes = await readFile(path);
    const unchanged = createHash('sha256').update(bytes).digest('hex') === digest;
    readings.push(unchanged ? await readSource(path, bytes, plan) : undefined);
  }
  return readings;
}
