// A sweep of 1,000 points of seven stages that do next to nothing, run by the engine on this machine.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPlan, StageProcesses } from '@etude/engine';
import { sweepWorkspace } from './workspace.mjs';

const STAGE_PROCESS = fileURLToPath(new URL('stage-process.mjs', import.meta.url));
/** As many as `etude run` gives to the engine at a time. */
const AT_A_TIME = 32;

/**
 * @param {{ units: number, dropouts: number, temperatures: number }} size
 * @param {number} jobs stages that run at a time
 */
export async function realSweep(size, jobs) {
  const workspace = sweepWorkspace(size);
  const { folder } = workspace;
  try {
    const from = performance.now();
    const plans = workspace.points().map(workspace.plan);
    const planned = performance.now();
    const first = await runAll(plans, { folder, jobs });
    const second = await runAll(plans, { folder, jobs });
    return {
      points: plans.length,
      planning: (planned - from) / 1000,
      ...{ first, second },
      artifacts: sizeOf(join(folder, 'artifacts')),
      etude: sizeOf(join(folder, '.etude')),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs all, and tells how long that took, in seconds, and how much of what it took at most. */
async function runAll(plans, { folder, jobs }) {
  const executor = new StageProcesses({ script: STAGE_PROCESS, workspace: folder, jobs });
  const most = { megabytes: 0, files: 0 };
  const look = () => {
    most.megabytes = Math.max(most.megabytes, process.memoryUsage.rss() / 1e6);
    most.files = Math.max(most.files, openFiles());
  };
  const watch = setInterval(look, 50);
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  let ran = 0;
  /** seconds after which each tenth of the points was done */
  const tenths = [];
  let done = 0;
  const next = plans.values();
  const some = async () => {
    for (const plan of next) {
      const { record, error } = await runPlan(plan, { executor });
      if (error) throw error;
      ran += record.stages.filter(({ status }) => status === 'ran').length;
      if (++done % Math.ceil(plans.length / 10) === 0) tenths.push((performance.now() - startedAt) / 1000);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, some));
  } finally {
    clearInterval(watch);
    executor.close();
  }
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - startedAt) / 1000, cpu: (user + system) / 1e6, ran, tenths, ...most };
}

function openFiles() {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

function sizeOf(folder) {
  const all = readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, name)));
  const files = all.filter((each) => each.isFile());
  return {
    files: files.length,
    megabytes: files.reduce((sum, { size }) => sum + size, 0) / 1e6,
    /** with what is lost in blocks of the file system */
    onDisk: all.reduce((sum, { blocks }) => sum + blocks * 512, 0) / 1e6,
  };
}
