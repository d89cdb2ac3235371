import { setMaxListeners } from 'node:events';
import { EXIT, fail } from './fail.js';

/** Milliseconds in which two signals count as one. */
const SAME_CTRL_C = 500;

/**
 * Does work that Ctrl-C stops, and sets the exit code where it did.
 * @param work gets the signal, and a function by which it says who tells the user from now on that it is being stopped
 * @throws what the work throws that was not stopped
 * @example
 * await interruptible(async (signal) => void (await runPlan(plan, { signal })));
 */
export async function interruptible(
  work: (signal: AbortSignal, tellBy: (tell: (line: string) => void) => void) => Promise<void>,
): Promise<void> {
  let tell = (line: string): void => console.error(line);
  const { signal, release } = interruption((line) => tell(line));
  try {
    await work(signal, (other) => {
      tell = other;
    });
  } catch (error) {
    // Waiting for another run was interrupted: nothing had begun.
    if (!signal.aborted) throw error;
    process.exitCode = EXIT.interrupted;
    if (error !== signal.reason) fail(error);
  } finally {
    release();
  }
}

/** What asks a run to stop: Ctrl-C, `kill` or a shutdown, a terminal that is closed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The reason of a signal that was aborted by one of the system. */
export class Interruption extends Error {
  readonly by: NodeJS.Signals;

  constructor(by: NodeJS.Signals) {
    super('interrupted');
    this.by = by;
  }
}

/** A signal that any of these aborts; the same one again ends the process at once. */
function interruption(note: (line: string) => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  // Of a sweep, each stage that runs or waits for another point listens: many are no leak.
  setMaxListeners(0, controller.signal);
  let first: { name: NodeJS.Signals; at: number } | undefined;
  const stop = (name: NodeJS.Signals) => {
    if (first === undefined) {
      first = { name, at: Date.now() };
      note('stopping; once more to stop at once');
      controller.abort(new Interruption(name));
      return;
    }
    // Nx passes on what the terminal has sent already, as SIGTERM: that is not a second one.
    if (name === first.name && Date.now() - first.at > SAME_CTRL_C) process.exit(EXIT.interrupted);
  };
  for (const name of STOP_SIGNALS) process.on(name, stop);
  const release = () => {
    for (const name of STOP_SIGNALS) process.off(name, stop);
  };
  return { signal: controller.signal, release };
}
