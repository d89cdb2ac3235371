import { join } from 'node:path';
import { artifactFolder, InputError, readRunRecord, runPlan } from '@etude/engine';
import { experimentsIn } from './experiments.js';
import { describeError } from './fail.js';
import { formatColumns, printJson } from './print.js';
import { findWorkspace, planFor } from './workspace.js';

/** For every experiment: what is in the cache, what would run, and when it last ran. */
export async function statusCommand({ json = false }: { json?: boolean }): Promise<void> {
  const workspace = findWorkspace();
  const experiments = [];
  for (const { experiment, config } of experimentsIn(workspace)) {
    if (config === undefined) continue;
    try {
      const plan = planFor({ config: join(workspace, config) });
      const { record } = await runPlan(plan, { dryRun: true });
      const last = readRunRecord(artifactFolder(workspace, plan.experiment));
      const stages = record.stages.map(({ name, status, reasons }) => ({ name, status, reasons }));
      experiments.push({
        experiment: plan.experiment,
        last: last && { status: last.status, startedAt: last.startedAt },
        stages,
      });
    } catch (error) {
      // One experiment that cannot be looked at says nothing about the others.
      const problems =
        error instanceof InputError ? error.problems : [{ place: config, message: describeError(error) }];
      experiments.push({ experiment, problems, stages: [] });
    }
  }
  if (json) {
    printJson({ experiments });
    return;
  }
  const rows = experiments.map(({ experiment, last, problems, stages }) => {
    const first = stages.find(({ status }) => status !== 'hit');
    const state = problems
      ? `${problems.length} problem(s); see etude explain`
      : first
        ? `${first.name} would run: ${first.reasons.join(', ')}`
        : 'up to date';
    return [experiment, last ? `${last.status} ${last.startedAt.slice(0, 16).replace('T', ' ')}` : 'never run', state];
  });
  console.log(
    rows.length === 0
      ? 'no experiments in experiments/'
      : formatColumns([['experiment', 'last run (UTC)', 'now'], ...rows]),
  );
}
