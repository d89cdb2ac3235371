import { join } from 'node:path';
import { locksIn } from '../files/file-lock.js';

/** The lock of who prunes the cache. */
export const PRUNE_LOCK = 'prune';

/** The lock of who runs an experiment. */
export function experimentLock(experiment: string): string {
  return `experiment-${experiment.replaceAll('/', '-')}`;
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
