import { setTimeout as sleep } from 'node:timers/promises';

/** Who waits: `say` is told of it once; `signal` ends it. */
export interface Waiter {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Milliseconds after which is asked again. */
const AGAIN_AFTER = 1000;

/**
 * Asks a server until it answers.
 * @param mayPass whether waiting may help against an error; left out: against any
 * @throws what `ask` throws, where waiting does not help
 * @throws the reason of the signal
 */
export async function whenAnswers<T>(
  ask: () => Promise<T>,
  { say, signal }: Waiter,
  mayPass: (error: unknown) => boolean = () => true,
): Promise<T> {
  for (let hasSaid = false; ; hasSaid = true) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw error;
      if (!hasSaid) say(`${(error as Error).message}; waiting for it`);
      await sleep(AGAIN_AFTER, undefined, { signal }).catch(() => {});
    }
  }
}
