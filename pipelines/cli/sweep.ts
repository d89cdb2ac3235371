import { artifactFolder, type Plan, type RunObserver, type RunResult, type SweepPoint } from '@etude/engine';
import { plainText } from '@etude/report';
import { logged } from './event-log.js';
import { describeError, EXIT } from './fail.js';
import { LiveLines } from './live-lines.js';
import { colours, formatTime, plainLines, printJson } from './print.js';
import { writeResults } from './run-results.js';
import type { Runner } from './runner.js';
import { LastRuns } from './watch/last-run.js';
import { type RunnerChoice, withRunner } from './with-runner.js';
import { planFor, planWithData, type Request } from './workspace.js';

interface SweepOptions extends RunnerChoice {
  readonly points: readonly SweepPoint[];
  readonly request: Request;
  readonly again: readonly string[] | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly version: string;
}

/**
 * Runs the points of a sweep, as many stages at a time as there are processes for, and tells a line of each point that is done. One that fails does
 * not stop the others; what several have in common runs once.
 * @throws {InputError} where a point cannot run; nothing has run then
 */
export async function runSweep(options: SweepOptions, signal: AbortSignal): Promise<void> {
  const { points, request, dryRun, json, jobs, on, attach } = options;
  // What is wrong with the last point is told before the first has run.
  const plans: Plan[] = [];
  for (const point of points) {
    plans.push(dryRun ? planFor({ ...request, point }) : await planWithData({ ...request, point }, signal));
  }
  const where = dryRun ? ({ on: 'here', jobs: 1 } as const) : { jobs, on, attach };
  const sweep = await withRunner(plans, where, signal, async (runner) => {
    const each = new Sweep(options, { plans, runner, signal });
    await each.run();
    return each;
  });
  const results = sweep.results.filter((result) => result !== undefined);
  const failed = results.filter(({ error }) => error !== undefined).length;
  if (json) {
    printJson({
      points: sweep.results.flatMap((result, index) => (result ? [forJson(points[index]!, result.record)] : [])),
    });
  }
  if (signal.aborted) process.exitCode = EXIT.interrupted;
  else if (failed > 0) process.exitCode = EXIT.failed;
  if (!signal.aborted && !dryRun && !json) {
    const [name] = plans[0]!.experiment.split(`/${points[0]!.name}`);
    const done = `${results.length - failed} of ${plans.length} points are done`;
    console.log(`${done}${failed > 0 ? `, ${failed} failed` : ''}; side by side: etude compare ${plainText(name!)}`);
  }
}

class Sweep {
  readonly #options: SweepOptions;
  readonly #plans: readonly Plan[];
  readonly #runner: Runner;
  readonly #signal: AbortSignal;
  readonly #lines: LiveLines;
  /** by the number of the point; absent of those that no run came to */
  readonly results: (RunResult | undefined)[];

  constructor(options: SweepOptions, means: { plans: readonly Plan[]; runner: Runner; signal: AbortSignal }) {
    this.#options = options;
    this.#plans = means.plans;
    this.#runner = means.runner;
    this.#signal = means.signal;
    this.#lines = new LiveLines({ quiet: options.json });
    this.results = means.plans.map(() => undefined);
  }

  async run(): Promise<void> {
    const numbers = this.#plans.keys();
    const oneAfterTheOther = async () => {
      for (const index of numbers) if (!this.#signal.aborted) await this.#point(index);
    };
    await Promise.all(Array.from({ length: this.#runner.atATime }, oneAfterTheOther));
  }

  async #point(index: number): Promise<void> {
    const { points, again, dryRun, json, version } = this.#options;
    const plan = this.#plans[index]!;
    const title = `${`${index + 1}`.padStart(`${points.length}`.length)}/${points.length} ${points[index]!.name}`;
    const log = logged(plan, version, this.#observer(title));
    const result = await this.#runner.run(plan, {
      ...{ again, dryRun, signal: this.#signal, observer: log.observer },
      versions: { etude: version },
    });
    if (!dryRun) await writeResults(plan, result.record, log.observer);
    log.ended(result.record, result.error);
    this.results[index] = result;
    if (result.error === undefined) {
      if (json) return;
      this.#tell(console.log, `${colours.green('●')} ${title}  ${colours.dim(inWords(plan, result))}`);
    } else if (!this.#signal.aborted) {
      const words = plainLines(describeError(result.error));
      this.#tell(console.error, `${colours.red('✗')} ${title}  ${colours.red('error')}: ${words}`);
    }
  }

  #observer(title: string): RunObserver {
    const warning = `${colours.yellow('warning')}: ${title}: `;
    const keyOf = (stage: string) => `${title} ${stage}`;
    return {
      stageStarted: (stage) => this.#lines.begin(keyOf(stage), `  ${title}  ${stage}  `),
      stageProgress: (stage, progress) => this.#lines.progress(keyOf(stage), progress),
      stageDone: ({ name }) => this.#lines.end(keyOf(name)),
      warning: (message) => this.#tell(console.error, warning + plainText(message)),
      waiting: (what, holder) =>
        this.#tell(console.error, `waiting for ${plainText(holder)}, which is at work on ${plainText(what)}`),
    };
  }

  #tell(print: (line: string) => void, line: string): void {
    this.#lines.print(() => print(line));
  }
}

function inWords(plan: Plan, { record }: RunResult): string {
  const count = (status: string) => record.stages.filter((stage) => stage.status === status).length;
  const would = count('would-run');
  if (would > 0) return `${would} of ${record.stages.length} stages would run`;
  const heldOut = new LastRuns().of(artifactFolder(plan.workspace, plan.experiment))?.heldOut;
  const loss = heldOut === undefined ? '' : `, held out ${heldOut.toFixed(3)}`;
  return `${count('ran')} of ${record.stages.length} stages ran in ${formatTime(record.seconds)}${loss}`;
}

function forJson({ name, settings }: SweepPoint, { experiment, status, seconds, stages }: RunResult['record']) {
  const values = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
  return {
    ...{ point: name, experiment, values, status, seconds },
    stages: stages.map(({ name: stage, status: each, seconds: took }) => ({
      name: stage,
      status: each,
      seconds: took,
    })),
  };
}
