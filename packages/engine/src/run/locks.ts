/** The lock of who prunes the cache. */
export const PRUNE_LOCK = 'prune';

/** The lock of who runs an experiment. */
export function experimentLock(experiment: string): string {
  return `experiment-${experiment.replaceAll('/', '-')}`;
}
