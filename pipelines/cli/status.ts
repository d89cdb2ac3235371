import { join } from 'node:path';
import {
  artifactFolder,
  InputError,
  type Problem,
  type RunRecord,
  readRunRecord,
  runPlan,
  type SharedOption,
} from '@etude/engine';
import { experimentsIn } from './experiments.js';
import { describeError } from './fail.js';
import { formatColumns, plainLines, printJson } from './print.js';
import { secondLevel } from './shared-store.js';
import { findWorkspace, planFor, type Request, sweepOf } from './workspace.js';

/** What stands in the table of an experiment, or of a point of a sweep. */
interface ExperimentStatus {
  readonly experiment: string;
  readonly last?: Pick<RunRecord, 'status' | 'startedAt'> | undefined;
  readonly stages: readonly Pick<RunRecord['stages'][number], 'name' | 'status' | 'reasons'>[];
  /** of a sweep, which has no stages of its own */
  readonly points?: readonly ExperimentStatus[];
  readonly problems?: readonly Problem[];
}

/** For every experiment: what is in the cache, what would run, and when it last ran. */
export async function statusCommand({ json = false }: { json?: boolean }): Promise<void> {
  const workspace = findWorkspace();
  const shared = secondLevel(workspace, new AbortController().signal);
  const statusOf = (request: Request) => statusWith(request, shared);
  const experiments: ExperimentStatus[] = [];
  for (const { experiment, config } of experimentsIn(workspace)) {
    if (config === undefined) continue;
    try {
      const request = { config: join(workspace, config) };
      const points = sweepOf(request)?.points;
      if (points === undefined) experiments.push(await statusOf(request));
      else {
        const all: ExperimentStatus[] = [];
        for (const point of points) all.push(await statusOf({ ...request, point }));
        experiments.push({ experiment, last: latest(all), stages: [], points: all });
      }
    } catch (error) {
      // One experiment that cannot be looked at says nothing about the others.
      const problems =
        error instanceof InputError ? error.problems : [{ place: config, message: describeError(error) }];
      experiments.push({ experiment, problems, stages: [] });
    }
  }
  if (shared?.store.problem) console.error(plainLines(`warning: ${shared.store.problem}`));
  if (json) {
    printJson({ experiments });
    return;
  }
  const rows = experiments.map((status) => {
    const { experiment, last } = status;
    const ran = last ? `${last.status} ${last.startedAt.slice(0, 16).replace('T', ' ')}` : 'never run';
    return [experiment, ran, inWords(status)];
  });
  console.log(
    rows.length === 0
      ? 'no experiments in experiments/'
      : formatColumns([['experiment', 'last run (UTC)', 'now'], ...rows]),
  );
}

async function statusWith(request: Request, shared: SharedOption | undefined): Promise<ExperimentStatus> {
  const plan = planFor(request);
  const { record } = await runPlan(plan, { dryRun: true, shared });
  const last = readRunRecord(artifactFolder(plan.workspace, plan.experiment));
  return {
    experiment: plan.experiment,
    last: last && { status: last.status, startedAt: last.startedAt },
    stages: record.stages.map(({ name, status, reasons }) => ({ name, status, reasons })),
  };
}

/** The run of a sweep's points that began last. */
function latest(points: readonly ExperimentStatus[]): ExperimentStatus['last'] {
  return points
    .flatMap(({ last }) => last ?? [])
    .reduce<ExperimentStatus['last']>((a, b) => (a && a.startedAt > b.startedAt ? a : b), undefined);
}

function inWords({ stages, points, problems }: ExperimentStatus): string {
  if (problems) return `${problems.length} problem(s); see etude explain`;
  if (points) {
    const done = points.filter((point) => firstToRun(point) === undefined).length;
    const would = points.length - done;
    return `${points.length} points: ${done} done${would > 0 ? `, ${would} would run` : ''}`;
  }
  const first = firstToRun({ stages });
  return first ? `${first.name} would run: ${first.reasons.join(', ')}` : 'up to date';
}

function firstToRun({ stages }: Pick<ExperimentStatus, 'stages'>) {
  return stages.find(({ status }) => status !== 'hit');
}
