import { runPlan, type StageRecord } from '@etude/pipeline';
import { EXIT, fail } from './fail.js';
import { printJson } from './print.js';
import { runReporter } from './run-reporter.js';
import { planFor } from './workspace.js';

/** Milliseconds in which two signals count as one. */
const SAME_CTRL_C = 500;

interface RunCommandOptions {
  readonly config: string;
  readonly set: string[];
  readonly stage?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly version: string;
}

export async function runCommand({
  json = false,
  stage,
  dryRun = false,
  version,
  ...request
}: RunCommandOptions): Promise<void> {
  const plan = planFor(request);
  const reporter = runReporter(plan, { quiet: json });
  const { signal, release } = interruption((line) => reporter.note(line));
  try {
    const { record, error } = await runPlan(plan, {
      again: stage,
      dryRun,
      signal,
      observer: reporter,
      versions: { etude: version },
    });
    if (json)
      printJson({ experiment: record.experiment, seconds: record.seconds, stages: record.stages.map(stageForJson) });
    reporter.finished(record);
    if (signal.aborted) process.exitCode = EXIT.interrupted;
    else if (error !== undefined) {
      process.exitCode = EXIT.failed;
      reporter.failed(error);
    }
  } catch (error) {
    // Waiting for another run was interrupted: nothing had begun.
    if (!signal.aborted) throw error;
    process.exitCode = EXIT.interrupted;
    if (error !== signal.reason) fail(error);
  } finally {
    release();
  }
}

function stageForJson({ name, status, reasons, seconds, outputs }: StageRecord) {
  return { name, status, reasons, seconds, outputs };
}

/** A signal that Ctrl-C (or a polite kill) aborts; a second one ends the process at once. */
function interruption(note: (line: string) => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  let first = 0;
  const stop = () => {
    // Nx passes on the Ctrl-C that the terminal has sent already: that is not a second one.
    if (controller.signal.aborted && Date.now() - first < SAME_CTRL_C) return;
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    first = Date.now();
    note('stopping; once more to stop at once');
    controller.abort(new Error('interrupted'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const release = () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  return { signal: controller.signal, release };
}
