import { createRequire } from 'node:module';
import type { CorpusPlan, FileReading } from './read-file.js';
import { type FileToRead, readFiles } from './read-source.js';

/** The file is not what it was when its digest was taken. */
export class ChangedFileError extends Error {
  override name = 'ChangedFileError';
}

export interface CorpusHooks {
  /** threads that read where there are many files; 1 by default */
  readonly threads?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Files that one thread reads at a time: enough to be worth a message. */
const AT_A_TIME = 16;
/** Fewer files than this are read before threads have started. */
const WORTH_THREADS = 64;

/**
 * Reads files, on several threads where there are many.
 * @returns a reading for each file, in their order
 * @throws the signal's reason where it is aborted
 * @throws {ChangedFileError} where a file is not what its digest says
 * @example
 * const [reading] = await readCorpus([{ path: 'data/canon-in-d.mid', digest }], plan);
 * reading.summary.notes; // 855
 */
export async function readCorpus(
  files: readonly FileToRead[],
  plan: CorpusPlan,
  { threads = 1, signal, onProgress }: CorpusHooks = {},
): Promise<FileReading[]> {
  const parts: FileToRead[][] = [];
  for (let from = 0; from < files.length; from += AT_A_TIME) parts.push(files.slice(from, from + AT_A_TIME));
  const pool = files.length >= WORTH_THREADS && threads > 1 ? await startThreads(threads) : undefined;
  const stop = () => void pool?.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  let done = 0;
  try {
    const readings = await Promise.all(
      parts.map(async (part) => {
        signal?.throwIfAborted();
        const task = { files: part, plan };
        const read = pool ? await (pool.run(task) as ReturnType<typeof readFiles>) : await readFiles(task);
        done += part.length;
        onProgress?.(done, files.length);
        return read.map((reading, index): FileReading => {
          if (reading === undefined) throw new ChangedFileError(`${part[index]!.path} changed while it was being read`);
          return reading;
        });
      }),
    );
    return readings.flat();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool?.destroy();
  }
}

async function startThreads(threads: number) {
  // Few commands need threads, and all would pay for loading the library.
  const { Piscina } = await import('piscina');
  // They run what was compiled, also where this file is run from its source with options that say so.
  const filename = createRequire(import.meta.url).resolve('@etude/corpus/read-source');
  return new Piscina({ filename, name: 'readFiles', maxThreads: threads, minThreads: threads, execArgv: [] });
}
