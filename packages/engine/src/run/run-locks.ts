import { join } from 'node:path';
import { type LockOptions, withFileLock } from '../files/file-lock.js';
import { experimentLock, PRUNE_LOCK, withQueuedLock } from './locks.js';
import type { RunObserver } from './run-options.js';

/** What one run keeps from others of the same workspace while it is at work. */
export class RunLocks {
  readonly #folder: string;
  readonly #observer: RunObserver;
  readonly #signal: AbortSignal;

  constructor(workspace: string, { observer, signal }: { observer: RunObserver; signal: AbortSignal }) {
    this.#folder = join(workspace, '.etude', 'locks');
    this.#observer = observer;
    this.#signal = signal;
  }

  /** Does work while no other run of this experiment does. */
  ofExperiment<T>(experiment: string, work: () => Promise<T>): Promise<T> {
    return withFileLock(
      this.#lock(experimentLock(experiment)),
      async () => {
        // Whoever prunes the cache looks at the locks of experiments first: from here on it spares what this run uses.
        await withQueuedLock(this.#lock(PRUNE_LOCK), async () => {}, this.#waiting('the cache'));
        return work();
      },
      this.#waiting(`experiment ${experiment}`),
    );
  }

  /** Does work while no other run is at the same stage. */
  ofStage(fingerprint: string, stage: string, work: () => Promise<void>): Promise<void> {
    return withQueuedLock(this.#lock(fingerprint), work, this.#waiting(`stage ${stage}`));
  }

  #lock(name: string): string {
    return join(this.#folder, name);
  }

  #waiting(what: string): LockOptions {
    return { onWait: (holder) => this.#observer.waiting?.(what, holder), signal: this.#signal };
  }
}
