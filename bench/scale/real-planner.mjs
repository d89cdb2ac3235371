// What the planner of the engine does for a sweep that machines share: the time of a point, and what it asks of the store. No stage runs.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { RemoteStages, SharedCache, StageCache, submitPlan } from '@etude/engine';
import { CountingStore } from './counting-store.mjs';
import { stages } from './stages.mjs';

/**
 * Plans a sweep, puts its plans into a store, and looks how far each run is until all are done; stages that are ready end one after the other, and
 * every run that waits for one looks after it.
 * @param {ReturnType<import('./workspace.mjs').sweepWorkspace>} workspace
 */
export async function planSweep(workspace) {
  const times = { points: 0, plan: 0, submit: 0, advance: 0 };
  const timed = async (what, work) => {
    const { user, system } = process.cpuUsage();
    const result = await work();
    const now = process.cpuUsage();
    times[what] += (now.user - user + now.system - system) / 1e6;
    return result;
  };
  const store = new CountingStore();
  const quiet = { warn() {} };
  const cache = new StageCache(join(workspace.folder, '.etude', 'cache'), quiet);
  const shared = new SharedCache(store, cache, quiet);
  /** digests of files that the store has, as a client knows them */
  const known = new Set();
  const worker = join(workspace.folder, 'worker');
  const remote = new RemoteStages({
    ...{
      store,
      stages,
      folder: worker,
      kind: 'none',
      executor: { execute: () => Promise.reject(new Error('no stage runs')) },
    },
    ...quiet,
  });

  const points = await timed('points', () => workspace.points());
  const plans = await timed('plan', () => points.map(workspace.plan));
  const submitted = await timed('submit', async () => {
    const digests = [];
    for (const plan of plans) digests.push(await submitPlan(plan, shared, { known }));
    return digests;
  });
  const submitting = countsOf(store);

  let advances = 0;
  /** by run, the fingerprints of its stages by name */
  const wanted = submitted.map(() => new Map());
  /** by fingerprint, the runs that wait for it */
  const waiting = new Map();
  const queue = [];
  const look = async (run) => {
    advances++;
    const { ready } = await timed('advance', () => remote.advance(submitted[run], false));
    for (const { name, fingerprint } of ready) {
      wanted[run].set(name, fingerprint);
      if (!waiting.has(fingerprint)) queue.push({ name, fingerprint });
      waiting.set(fingerprint, (waiting.get(fingerprint) ?? new Set()).add(run));
    }
  };
  for (const run of submitted.keys()) await look(run);
  for (const { name, fingerprint } of queue) {
    publish(store, name, fingerprint);
    for (const run of waiting.get(fingerprint)) await look(run);
  }
  return { wanted, advances, executions: queue.length, times, submitting, total: countsOf(store), store };
}

/** Leaves what a worker leaves that has run a stage. */
function publish(store, name, fingerprint) {
  const [port] = Object.keys(stages.find((stage) => stage.name === name)?.outputs ?? {});
  const digest = createHash('sha256').update(fingerprint).digest('hex');
  const record = { outputs: { [port]: [{ digest, bytes: 64 }] }, seconds: 0, said: [], madeOn: 'none' };
  store.objects.set(`ac/${fingerprint}`, Buffer.from(JSON.stringify(record)));
}

function countsOf({ requests, bytes }) {
  return { ...requests, ...bytes };
}
