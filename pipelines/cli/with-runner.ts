import { InputError, isKey, type Plan, runPlan } from '@etude/engine';
import { stageProcesses } from './jobs.js';
import type { Runner } from './runner.js';
import { secondLevel } from './shared-store.js';
import { findWorkspace } from './workspace.js';

export interface RunnerChoice {
  /** stages that run at a time on this machine */
  readonly jobs?: number | undefined;
  readonly on?: 'temporal' | 'here' | undefined;
  /** of machine that has to run all stages, on a cluster */
  readonly kind?: string | undefined;
  /** only wait for a run on a cluster that goes on already */
  readonly attach?: boolean | undefined;
}

/** Most plans of a sweep wait for a stage that they have in common with others. */
const AT_A_TIME = 32;

/**
 * Does work with what runs plans, and ends that afterwards.
 * @param signal stops getting ready
 * @throws {InputError} where a cluster is asked for, and there is none
 */
export async function withRunner<T>(
  plans: readonly Plan[],
  { jobs, kind, on = process.env.ETUDE_CLUSTER ? 'temporal' : 'here', attach = false }: RunnerChoice,
  signal: AbortSignal,
  work: (runner: Runner) => Promise<T>,
): Promise<T> {
  if (on === 'temporal') {
    if (jobs !== undefined) {
      throw new InputError([{ place: '--jobs', message: 'on a cluster each worker says how many stages it runs' }]);
    }
    const [{ withCluster }, { Cluster }, { clusterOf }] = await Promise.all([
      import('./optional-cluster.js'),
      import('./cluster/cluster.js'),
      import('./cluster/settings.js'),
    ]);
    if (kind !== undefined && !(isKey(kind) && !kind.includes('/'))) {
      const message = `expected what \`etude worker\` says that it computes with, found ${JSON.stringify(kind)}`;
      throw new InputError([{ place: '--kind', message }]);
    }
    const settings = clusterOf(findWorkspace());
    return withCluster(signal, async (module) => {
      const cluster = await Cluster.connect(module, settings, { kind, attach });
      try {
        return await work(cluster);
      } finally {
        await cluster.close();
      }
    });
  }
  if (kind !== undefined) {
    throw new InputError([{ place: '--kind', message: 'only a cluster has machines to choose from: --on temporal' }]);
  }
  const shared = secondLevel(findWorkspace(), signal);
  const executor = stageProcesses(plans, jobs);
  try {
    return await work({
      run: (plan, options) => runPlan(plan, { ...options, executor, shared }),
      atATime: executor ? AT_A_TIME : 1,
    });
  } finally {
    executor?.close();
  }
}
