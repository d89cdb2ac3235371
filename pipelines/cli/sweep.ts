import {
  artifactFolder,
  type Plan,
  type RunObserver,
  type RunResult,
  type Sweep,
  type SweepPoint,
} from '@etude/engine';
import { plainText } from '@etude/report';
import { logged } from './event-log.js';
import { describeError, EXIT } from './fail.js';
import { Halving } from './halving.js';
import { LiveLines } from './live-lines.js';
import { colours, plainLines, printJson } from './print.js';
import { writeResults } from './run-results.js';
import type { Runner } from './runner.js';
import { stagesInWords } from './stages-in-words.js';
import { LastRuns } from './watch/last-run.js';
import { type RunnerChoice, withRunner } from './with-runner.js';
import { planFor, planWithData, type Request } from './workspace.js';

interface SweepOptions extends RunnerChoice {
  readonly sweep: Sweep;
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
  const { sweep, request, dryRun, json, jobs, on, attach, kind } = options;
  const { points, halving } = sweep;
  // What is wrong with the last point is told before the first has run.
  const plans: Plan[] = [];
  for (const point of points) {
    plans.push(dryRun ? planFor({ ...request, point }) : await planWithData({ ...request, point }, signal));
  }
  const where = dryRun ? ({ on: 'here', jobs: 1 } as const) : { jobs, on, attach, kind };
  const run = await withRunner(plans, where, signal, async (runner) => {
    const each = new SweepRun(options, runner, signal);
    const planOf = (point: SweepPoint) => planFor({ ...request, point });
    if (halving && !dryRun) await each.halved(new Halving({ halving, points, plans, planOf }));
    await each.points(each.left ?? points.map((_, index) => index), plans);
    return each;
  });
  const results = [...run.results.values()];
  const failed = results.filter(({ error }) => error !== undefined).length;
  if (json) {
    const told = [...run.results].sort(([a], [b]) => a - b);
    printJson({ points: told.map(([index, { record }]) => forJson(points[index]!, record)) });
  }
  if (signal.aborted) process.exitCode = EXIT.interrupted;
  else if (failed > 0) process.exitCode = EXIT.failed;
  if (!signal.aborted && !dryRun && !json) {
    const [name] = plans[0]!.experiment.split(`/${points[0]!.name}`);
    const stopped = run.left === undefined ? 0 : results.length - failed - run.left.length;
    const done = `${results.length - failed - stopped} of ${plans.length} points are done`;
    const others = [...(stopped > 0 ? [`${stopped} stopped early`] : []), ...(failed > 0 ? [`${failed} failed`] : [])];
    console.log(`${[done, ...others].join(', ')}; side by side: etude compare ${plainText(name!)}`);
  }
}

class SweepRun {
  readonly #options: SweepOptions;
  readonly #runner: Runner;
  readonly #signal: AbortSignal;
  readonly #lines: LiveLines;
  /** the last of each point that a run came to, by its number */
  readonly results = new Map<number, RunResult>();
  /** with halving, numbers of the points that are run to their end */
  left: readonly number[] | undefined;

  constructor(options: SweepOptions, runner: Runner, signal: AbortSignal) {
    this.#options = options;
    this.#runner = runner;
    this.#signal = signal;
    this.#lines = new LiveLines({ quiet: options.json });
  }

  /** Runs points to their end. */
  async points(numbers: readonly number[], plans: readonly Plan[]): Promise<void> {
    await this.#each(numbers, async (index) => {
      const plan = plans[index]!;
      const result = await this.#run(index, plan);
      if (result.error === undefined) {
        this.#say(`${colours.green('●')} ${this.#titleOf(index)}  ${colours.dim(inWords(plan, result))}`);
      }
    });
  }

  /** Trains all points a little, and those that are best further. */
  async halved(halving: Halving): Promise<void> {
    for (let round = halving.next(); round !== undefined && !this.#signal.aborted; round = halving.next()) {
      const { steps, plans } = round;
      await this.#each([...plans.keys()], async (index) => void (await this.#run(index, plans.get(index)!)));
      if (this.#signal.aborted) return;
      const stopped = halving.end(round, this.results);
      for (const { index, loss } of stopped) {
        const words = `stopped after ${steps.toLocaleString('en')} steps, held out ${loss?.toFixed(3)}`;
        if (loss !== undefined) this.#say(`${colours.dim('○')} ${this.#titleOf(index)}  ${colours.dim(words)}`);
      }
    }
    this.left = halving.left;
  }

  async #each(numbers: readonly number[], run: (index: number) => Promise<void>): Promise<void> {
    const next = numbers.values();
    const oneAfterTheOther = async () => {
      for (const index of next) if (!this.#signal.aborted) await run(index);
    };
    await Promise.all(Array.from({ length: this.#runner.atATime }, oneAfterTheOther));
  }

  async #run(index: number, plan: Plan): Promise<RunResult> {
    const { again, dryRun, version } = this.#options;
    const title = this.#titleOf(index);
    const log = logged(plan, version, this.#observer(title));
    const result = await this.#runner.run(plan, {
      ...{ again, dryRun, signal: this.#signal, observer: log.observer },
      versions: { etude: version },
    });
    if (!dryRun) await writeResults(plan, result.record, log.observer);
    log.ended(result.record, result.error);
    this.results.set(index, result);
    if (result.error !== undefined && !this.#signal.aborted) {
      const words = plainLines(describeError(result.error));
      this.#tell(console.error, `${colours.red('✗')} ${title}  ${colours.red('error')}: ${words}`);
    }
    return result;
  }

  #titleOf(index: number): string {
    const { points } = this.#options.sweep;
    return `${`${index + 1}`.padStart(`${points.length}`.length)}/${points.length} ${points[index]!.name}`;
  }

  #say(line: string): void {
    if (!this.#options.json) this.#tell(console.log, line);
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
  const would = record.stages.filter(({ status }) => status === 'would-run').length;
  if (would > 0) return `${would} of ${record.stages.length} stages would run`;
  const heldOut = new LastRuns().of(artifactFolder(plan.workspace, plan.experiment))?.heldOut;
  const loss = heldOut === undefined ? '' : `, held out ${heldOut.toFixed(3)}`;
  return stagesInWords(record) + loss;
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
