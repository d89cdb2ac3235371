// Runs the sweep of a workspace, as `etude run` does with a sweep of songs, and prints how many stages ran: `node etude.mjs '{"jobs":2}'`.
import { fileURLToPath } from 'node:url';
import { makePlan, readSweep, runPlan, StageProcesses } from '@etude/engine';
import { stages } from './stages.mjs';

/** @type {{ jobs?: number, cluster?: { temporal: string, store: string } }} */
const { jobs = 1, cluster } = JSON.parse(process.argv[2]);
const request = { workspace: process.cwd(), config: 'experiments/chain.yaml', stages };
const plans = (readSweep(request)?.points ?? []).map((point) => makePlan({ ...request, point }));

const script = fileURLToPath(new URL('stage-process.mjs', import.meta.url));
const processes = jobs > 1 ? new StageProcesses({ script, workspace: request.workspace, jobs }) : undefined;
const runner = cluster
  ? await connected(cluster)
  : {
      run: (plan, options) => runPlan(plan, { ...options, executor: processes }),
      atATime: processes ? 32 : 1,
      close: () => processes?.close(),
    };
const statuses = {};
const waiting = plans.values();
const oneAfterTheOther = async () => {
  for (const plan of waiting) {
    const { record, error } = await runner.run(plan, {});
    if (error) throw error;
    for (const { status } of record.stages) statuses[status] = (statuses[status] ?? 0) + 1;
  }
};
await Promise.all(Array.from({ length: runner.atATime }, oneAfterTheOther));
await runner.close();
console.log(JSON.stringify(statuses));

async function connected({ temporal, store }) {
  const { Cluster } = await import('../../pipelines/dist/cli/cluster/cluster.js');
  const { clusterModule } = await import('./servers.mjs');
  return Cluster.connect(await clusterModule(), { temporal, store, namespace: 'default' });
}
