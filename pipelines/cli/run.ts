import { InputError, type Plan, type RunResult, type StageRecord } from '@etude/engine';
import { logged } from './event-log.js';
import { EXIT } from './fail.js';
import { interruptible } from './interruptible.js';
import { printJson } from './print.js';
import { type RunReporter, runReporter } from './run-reporter.js';
import { writeResults } from './run-results.js';
import { withRunner } from './with-runner.js';
import { planFor, planWithData, sweepOf } from './workspace.js';

interface RunCommandOptions {
  readonly config: string;
  readonly set: string[];
  readonly stage?: string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** serve a page on which the run can be watched */
  readonly watch?: boolean;
  /** stages that run at a time, at most */
  readonly jobs?: number;
  /** where: `temporal`, or this machine */
  readonly on?: 'temporal' | 'here';
  /** only wait for a run that goes on already */
  readonly attach?: boolean;
  readonly kind?: string;
  readonly version: string;
}

export async function runCommand({
  json = false,
  stage,
  dryRun = false,
  watch = false,
  jobs,
  on,
  attach,
  kind,
  version,
  ...request
}: RunCommandOptions): Promise<void> {
  const sweep = sweepOf(request);
  if (sweep) {
    if (watch) throw new InputError([{ place: '--watch', message: 'a sweep is watched by etude ui' }]);
    const { runSweep } = await import('./sweep.js');
    const options = { sweep, request, again: stage, dryRun, json, jobs, on, attach, kind, version };
    await interruptible((signal) => runSweep(options, signal));
    return;
  }
  await interruptible(async (signal, tellBy) => {
    const plan = dryRun ? planFor(request) : await planWithData(request, signal);
    const reporter = runReporter(plan, { quiet: json });
    tellBy(reporter.note);
    const watched =
      watch && !dryRun ? await (await import('./watch/watched-run.js')).watchRun(plan, reporter, version) : undefined;
    try {
      if (watched) reporter.note(`watch it at ${watched.address}`);
      const stopped = watched ? AbortSignal.any([signal, watched.signal]) : signal;
      const log = logged(plan, version, watched?.observer ?? reporter);
      const options = { again: stage, dryRun, signal: stopped, observer: log.observer, versions: { etude: version } };
      const where = dryRun ? ({ on: 'here', jobs: 1 } as const) : { on, jobs, attach, kind };
      const result = await withRunner([plan], where, stopped, (runner) => runner.run(plan, options));
      if (json) {
        const { experiment, seconds, stages } = result.record;
        printJson({ experiment, seconds, stages: stages.map(stageForJson) });
      }
      if (dryRun) reporter.finished(result.record);
      else await conclude(plan, result, reporter, stopped);
      // Who follows the log looks for the page then.
      log.ended(result.record, result.error);
      await watched?.close(stopped.aborted ? 'stopped' : result.error === undefined ? 'done' : 'failed');
    } finally {
      await watched?.close('failed');
    }
  });
}

/** Writes the page and the model card of a run, tells how it ended, and sets the exit code. */
export async function conclude(
  plan: Plan,
  { record, error }: RunResult,
  reporter: RunReporter,
  signal: AbortSignal,
): Promise<void> {
  reporter.finished(record, await writeResults(plan, record, reporter));
  if (signal.aborted) process.exitCode = EXIT.interrupted;
  else if (error !== undefined) {
    process.exitCode = EXIT.failed;
    reporter.failed(error);
  }
}

function stageForJson({ name, status, reasons, seconds, outputs }: StageRecord) {
  return { name, status, reasons, seconds, outputs };
}
