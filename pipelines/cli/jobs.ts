import { freemem } from 'node:os';
import { type Plan, StageProcesses } from '@etude/engine';
import { mostThreads } from '../computing/kernels.js';
import { STAGE_PROCESS } from '../shipped.js';

/** Bytes that a process takes whose stage says nothing of it. */
const LITTLE = 400e6;

/**
 * Processes that the stages of some experiments run in side by side; undefined where one runs after the other in this process.
 * @param jobs stages that run at a time; left out: of one experiment one, which has all threads, since its stages mostly wait for each other; of several
 *   as many as processors and memory allow
 */
export function stageProcesses(plans: readonly Plan[], jobs = defaultJobs(plans)): StageProcesses | undefined {
  return jobs === 1 ? undefined : processesIn(plans[0]!.workspace, jobs);
}

/**
 * Processes that run stages in a workspace, so many at a time, which share the threads that there are.
 * @param logs see {@link StageProcesses}
 */
export function processesIn(workspace: string, jobs: number, logs?: string): StageProcesses {
  const threads = Math.max(1, Math.floor(mostThreads() / jobs));
  const env = { ...process.env, ETUDE_THREADS: `${threads}` };
  return new StageProcesses({ script: STAGE_PROCESS, workspace, ...(logs && { logs }), jobs, env });
}

function defaultJobs(plans: readonly Plan[]): number {
  if (plans.length === 1) return 1;
  const all = plans.flatMap(({ stages }) => stages);
  const threads = Math.max(1, ...all.map(({ params }) => (params.threads as number | undefined) ?? 1));
  const bytes = Math.max(LITTLE, ...all.map(({ stage, params }) => stage.memory?.(params) ?? 0));
  const available = process.availableMemory?.() ?? freemem();
  return Math.max(1, Math.min(Math.floor(mostThreads() / threads), Math.floor(available / bytes), plans.length));
}
