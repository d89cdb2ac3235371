// A sweep run by the engine as a cluster runs it, with a store between a client and a worker, but without Temporal: who waits is told at once.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RemoteStages, runPlan, SharedCache, StageCache, StageProcesses, submitPlan } from '@etude/engine';
import { stages } from './stages.mjs';

const STAGE_PROCESS = fileURLToPath(new URL('stage-process.mjs', import.meta.url));

/**
 * @param {ReturnType<import('./workspace.mjs').sweepWorkspace>} workspace
 * @param {object} options
 * @param {import('@etude/engine').ObjectStore} options.store
 * @param {number} options.jobs stages that the worker runs at a time
 * @param {number} options.runsAtATime
 */
export async function clusterSweep(workspace, { store, jobs, runsAtATime }) {
  const quiet = { warn() {} };
  const worker = join(workspace.folder, 'worker');
  const executor = new StageProcesses({ script: STAGE_PROCESS, workspace: worker, jobs });
  const remote = new RemoteStages({ ...{ store, stages, folder: worker, executor, kind: 'none' }, ...quiet });
  const cache = new StageCache(join(workspace.folder, '.etude', 'cache'), quiet);
  const shared = new SharedCache(store, cache, quiet);
  /** digests of files that the store has, as a client knows them */
  const known = new Set();
  const hooks = { signal: new AbortController().signal, progress() {}, say() {} };
  /** stages that run or have run, by fingerprint */
  const running = new Map();
  let ran = 0;
  const stageOf = (fingerprint, task) => {
    if (!running.has(fingerprint)) {
      ran++;
      running.set(
        fingerprint,
        remote.run(task, hooks).then(() => fingerprint),
      );
    }
    return running.get(fingerprint);
  };
  const point = async (plan) => {
    const submitted = await submitPlan(plan, shared, { known });
    /** by fingerprint, what begins a stage and waits for it */
    const waiting = new Map();
    for (;;) {
      const { ready } = await remote.advance(submitted, false);
      for (const { fingerprint, task } of ready) waiting.set(fingerprint, () => stageOf(fingerprint, task));
      if (waiting.size === 0) break;
      // One after the other each begins after all have looked, so that the requests do not depend on who is faster.
      const begun = [...waiting.values()].slice(0, jobs === 1 ? 1 : undefined);
      waiting.delete(await Promise.race(begun.map((begin) => begin())));
    }
    const { error } = await runPlan(plan, { shared: { store }, executor: refusing });
    if (error) throw error;
  };
  try {
    const plans = workspace.points().map(workspace.plan).values();
    const some = async () => {
      for (const plan of plans) await point(plan);
    };
    await Promise.all(Array.from({ length: runsAtATime }, some));
  } finally {
    executor.close();
  }
  return { ran };
}

const refusing = {
  execute: ({ present }) => Promise.reject(new Error(`${present.name} is not in the store`)),
};
