import { join, relative } from 'node:path';
import { type Plan, type RunRecord, type RunResult, runPlan, type StageRecord } from '@etude/engine';
import { describeError, EXIT, fail } from './fail.js';
import { printJson } from './print.js';
import { writeReportPage } from './report-page.js';
import { type RunReporter, runReporter } from './run-reporter.js';
import type { WatchedRun } from './watch/watched-run.js';
import { planFor, planWithData } from './workspace.js';

/** Milliseconds in which two signals count as one. */
const SAME_CTRL_C = 500;

interface RunCommandOptions {
  readonly config: string;
  readonly set: string[];
  readonly stage?: string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** serve a page on which the run can be watched */
  readonly watch?: boolean;
  readonly version: string;
}

export async function runCommand({
  json = false,
  stage,
  dryRun = false,
  watch = false,
  version,
  ...request
}: RunCommandOptions): Promise<void> {
  let reporter: RunReporter | undefined;
  let watched: WatchedRun | undefined;
  const { signal, release } = interruption((line) => (reporter ? reporter.note(line) : console.error(line)));
  try {
    const plan = dryRun ? planFor(request) : await planWithData(request, signal);
    reporter = runReporter(plan, { quiet: json });
    if (watch && !dryRun) watched = await (await import('./watch/watched-run.js')).watchRun(plan, reporter, version);
    if (watched) reporter.note(`watch it at ${watched.address}`);
    const stopped = watched ? AbortSignal.any([signal, watched.signal]) : signal;
    const result = await runPlan(plan, {
      again: stage,
      dryRun,
      signal: stopped,
      observer: watched?.observer ?? reporter,
      versions: { etude: version },
    });
    if (json) {
      const { experiment, seconds, stages } = result.record;
      printJson({ experiment, seconds, stages: stages.map(stageForJson) });
    }
    if (dryRun) reporter.finished(result.record);
    else await conclude(plan, result, reporter, stopped);
    await watched?.close(stopped.aborted ? 'stopped' : result.error === undefined ? 'done' : 'failed');
  } catch (error) {
    // Waiting for another run was interrupted: nothing had begun.
    if (!signal.aborted) throw error;
    process.exitCode = EXIT.interrupted;
    if (error !== signal.reason) fail(error);
  } finally {
    release();
    await watched?.close('failed');
  }
}

/** Writes the page of a run, tells how it ended, and sets the exit code. */
export async function conclude(
  plan: Plan,
  { record, error }: RunResult,
  reporter: RunReporter,
  signal: AbortSignal,
): Promise<void> {
  reporter.finished(record, await pageOf(plan, record, reporter));
  if (signal.aborted) process.exitCode = EXIT.interrupted;
  else if (error !== undefined) {
    process.exitCode = EXIT.failed;
    reporter.failed(error);
  }
}

/** The path of the page; in a workspace that cannot be written there may be none. */
async function pageOf(plan: Plan, record: RunRecord, reporter: RunReporter): Promise<string | undefined> {
  try {
    const path = await writeReportPage(plan, record);
    return path && relative('.', join(plan.workspace, path));
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    reporter.warning?.(`the page cannot be written: ${describeError(error)}`);
    return undefined;
  }
}

function stageForJson({ name, status, reasons, seconds, outputs }: StageRecord) {
  return { name, status, reasons, seconds, outputs };
}

/** What asks a run to stop: Ctrl-C, `kill` or a shutdown, a terminal that is closed. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal that any of these aborts; the same one again ends the process at once. */
export function interruption(note: (line: string) => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  let first: { name: NodeJS.Signals; at: number } | undefined;
  const stop = (name: NodeJS.Signals) => {
    if (first === undefined) {
      first = { name, at: Date.now() };
      note('stopping; once more to stop at once');
      controller.abort(new Error('interrupted'));
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
