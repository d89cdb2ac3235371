import { join } from 'node:path';
import { type LockOptions, locksIn, withFileLock } from '../files/file-lock.js';

/** The lock of who prunes the cache. */
export const PRUNE_LOCK = 'prune';

/** The lock of who runs an experiment. */
export function experimentLock(experiment: string): string {
  return `experiment-${experiment.replaceAll('/', '-')}`;
}

/** By path, ends when nobody in this process holds the lock or waits for it any more. */
const queues = new Map<string, Promise<unknown>>();

/**
 * As `withFileLock`; who waits for this same process, as one point of a sweep for another, is not told so, and has its turn at once.
 */
export async function withQueuedLock<T>(path: string, work: () => Promise<T>, options: LockOptions): Promise<T> {
  const before = queues.get(path);
  const turn = (async () => {
    if (before) await orAborted(before, options.signal);
    return withFileLock(path, work, options);
  })();
  const over = Promise.allSettled([before, turn]);
  queues.set(path, over);
  try {
    return await turn;
  } finally {
    over.then(() => queues.get(path) === over && queues.delete(path));
  }
}

function orAborted(promise: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve).finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * Which experiments of a workspace are being run, by whatever process.
 * @example
 * const isRunning = await runningExperiments(workspace);
 * isRunning('quick'); // false
 */
export async function runningExperiments(workspace: string): Promise<(experiment: string) => boolean> {
  const held = new Set((await locksIn(join(workspace, '.etude', 'locks'))).map(({ name }) => name));
  return (experiment) => held.has(experimentLock(experiment));
}
