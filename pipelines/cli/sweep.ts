import { artifactFolder, type Plan, type RunObserver, type RunResult, runPlan, type SweepPoint } from '@etude/engine';
import { plainText } from '@etude/report';
import { logged } from './event-log.js';
import { describeError, EXIT } from './fail.js';
import { writeModelCard } from './model-card.js';
import { colours, formatTime, plainLines, printJson } from './print.js';
import { writeReportPage } from './report-page.js';
import { LastRuns } from './watch/last-run.js';
import { planFor, planWithData, type Request } from './workspace.js';

interface SweepOptions {
  readonly points: readonly SweepPoint[];
  readonly request: Request;
  readonly again: readonly string[] | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly version: string;
}

/**
 * Runs one point of a sweep after the other and tells a line of each. One that fails does not stop the others; what several have in
 * common is in the cache after the first.
 * @throws {InputError} where a point cannot run; nothing has run then
 */
export async function runSweep(options: SweepOptions, signal: AbortSignal): Promise<void> {
  const { points, request, again, dryRun, json, version } = options;
  // What is wrong with the last point is told before the first has run.
  const plans: Plan[] = [];
  for (const point of points) {
    plans.push(dryRun ? planFor({ ...request, point }) : await planWithData({ ...request, point }, signal));
  }
  const say = (line: string) => void (json || console.log(line));
  const results: RunResult[] = [];
  for (const [index, plan] of plans.entries()) {
    if (signal.aborted) break;
    const title = `${`${index + 1}`.padStart(`${plans.length}`.length)}/${plans.length} ${points[index]!.name}`;
    const line = new PointLine(title, json);
    const log = logged(plan, version, line.observer);
    const result = await runPlan(plan, { again, dryRun, signal, observer: log.observer, versions: { etude: version } });
    if (!dryRun && result.error === undefined) {
      await writeReportPage(plan, result.record);
      await writeModelCard(plan, result.record);
    }
    log.ended(result.record, result.error);
    results.push(result);
    line.clear();
    if (result.error === undefined) say(`${colours.green('●')} ${title}  ${colours.dim(inWords(plan, result))}`);
    else if (!signal.aborted) {
      console.error(
        `${colours.red('✗')} ${title}  ${colours.red('error')}: ${plainLines(describeError(result.error))}`,
      );
    }
  }
  const failed = results.filter(({ error }) => error !== undefined).length;
  if (json) printJson({ points: results.map(({ record }, index) => forJson(points[index]!, record)) });
  if (signal.aborted) process.exitCode = EXIT.interrupted;
  else if (failed > 0) process.exitCode = EXIT.failed;
  if (!signal.aborted && !dryRun) {
    const [sweep] = plans[0]!.experiment.split(`/${points[0]!.name}`);
    const done = `${results.length - failed} of ${plans.length} points are done`;
    say(`${done}${failed > 0 ? `, ${failed} failed` : ''}; side by side: etude compare ${plainText(sweep!)}`);
  }
}

/** What a point does now, on a terminal; elsewhere nothing but warnings. */
class PointLine {
  readonly #title: string;
  readonly #isShown: boolean;

  constructor(title: string, quiet: boolean) {
    this.#title = title;
    this.#isShown = process.stdout.isTTY === true && !quiet;
  }

  get observer(): RunObserver {
    return {
      stageStarted: (name) => this.#show(name),
      stageProgress: (name, { done, total, unit, detail = '' }) =>
        this.#show(`${name} ${done.toLocaleString('en')}/${total.toLocaleString('en')} ${unit} ${plainText(detail)}`),
      warning: (message) => this.#tell(`${colours.yellow('warning')}: ${plainText(message)}`),
      waiting: (what, holder) => this.#tell(`waiting for ${plainText(holder)}, which is at work on ${plainText(what)}`),
    };
  }

  clear(): void {
    if (this.#isShown) process.stdout.write('\r\x1b[2K');
  }

  #show(words: string): void {
    if (!this.#isShown) return;
    const text = `  ${this.#title}  ${words}`;
    process.stdout.write(`\r\x1b[2K${text.slice(0, (process.stdout.columns ?? 80) - 1)}`);
  }

  #tell(line: string): void {
    this.clear();
    console.error(line);
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
