// What it costs to have the workers of a cluster run stages, all of it on this machine: Temporal, S3, two workers of a stage at a time, and who asks.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { etudeChain, executionsOf, STAGES } from './jobs/chain.mjs';
import { dvcQueue } from './jobs/rivals.mjs';
import { startServers } from './jobs/servers.mjs';
import { trainings } from './jobs/trainings.mjs';
import { ETUDE, temporaryWorkspace } from './workspace.mjs';

const POINTS = 20;
const TARGET = 'the target is 150 ms';

const script = (name) => fileURLToPath(new URL(`jobs/${name}.mjs`, import.meta.url));
const newFolder = () => mkdtempSync(join(tmpdir(), 'etude-bench-worker-'));

export function cluster({ programs, processesInTurn, compared }) {
  return [
    {
      name: 'cluster-overhead',
      run: () => withServers((servers) => overhead(servers, { programs, processesInTurn, compared })),
    },
    { name: 'cluster-trainings', run: () => withServers((servers) => trained(servers, { processesInTurn, compared })) },
  ];
}

async function withServers(work) {
  const servers = await startServers();
  try {
    return await work(servers);
  } finally {
    await servers.stop();
  }
}

/** The chain of stages that copy a text, on two workers. */
async function overhead({ temporal, store, env, worker }, { programs, processesInTurn, compared }) {
  for (let i = 0; i < 2; i++) {
    const place = JSON.stringify({ temporal, store, folder: newFolder() });
    await worker({ command: [process.execPath, script('worker'), place], cwd: newFolder() });
  }
  const side = (config, cwd = etudeChain(POINTS)) => ({
    command: [process.execPath, script('etude'), JSON.stringify(config)],
    ...{ cwd, env },
  });
  const remote = side({ cluster: { temporal, store } });
  const local = side({ jobs: 2 });
  const queue = dvcQueue(POINTS, { programs: await programs('jobs'), milliseconds: 0 });
  const [executions, stages] = [executionsOf(POINTS), POINTS * STAGES];
  const each = (count, times) => times.map((list) => list.map((ms) => ms / count));

  const [first, theirs] = each(executions, await processesInTurn([remote, queue], 1));
  const [, here] = [await processesInTurn([local], 1), await processesInTurn([local], 3)];
  const again = await processesInTurn([remote], 3);
  const elsewhere = await processesInTurn([{ ...remote, before: newWorkspace }], 3);
  function newWorkspace() {
    this.cwd = etudeChain(POINTS);
  }
  return [
    {
      ...compared('cluster-run/dvc-queue', 'ms', first, theirs, 'dvc-queue'),
      note: `${POINTS} points of ${STAGES} stages that copy a text, whole command / ${executions} stages that have to run: workflows, a process that has started already, artifacts to S3 and from there. DVC has its queue with two workers`,
    },
    {
      ...compared('cluster-cached/jobs', 'ms', ...each(stages, [again[0], here[0]]), '--jobs 2'),
      note: `the same once more, whole command / ${stages} stages of all points: a workflow for each point; ${TARGET}`,
    },
    {
      ...compared('cluster-fetched', 'ms', ...each(stages, elsewhere)),
      note: `the same in another workspace, which fetches all artifacts from S3; ${TARGET}`,
    },
  ];
}

/** The real command line: a sweep of trainings on one worker and on two, of one thread each. */
async function trained({ temporal, store, env, worker, stopWorkers }, { processesInTurn, compared }) {
  /** @type {number[][]} */
  const whole = [];
  /** @type {number[][]} */
  const training = [];
  for (const count of [2, 1]) {
    // Otherwise the second would find everything in the store.
    const file = join(newFolder(), 'cluster.yaml');
    writeFileSync(file, `temporal: ${temporal}\nstore: ${inFolder(store, `of-${count}`)}\n`);
    const place = { ...env, ETUDE_CLUSTER: file };
    let [begun, ended, done] = [Number.POSITIVE_INFINITY, 0, 0];
    const hear = (/** @type {string} */ line) => {
      const now = performance.now();
      if (line.includes('/train: attempt')) begun = Math.min(begun, now);
      if (!line.endsWith('/train: done')) return;
      ended = now;
      done++;
    };
    for (let i = 0; i < count; i++) {
      const command = [process.execPath, ETUDE, 'worker', '--jobs', '1', '--folder', newFolder()];
      await worker({ command, cwd: temporaryWorkspace(), env: { ...place, ETUDE_THREADS: '1' }, hear });
    }
    const [[ms]] = await processesInTurn([trainings([], place)], 1);
    whole.push([ms / 1000]);
    training.push([(ended - begun) / 1000 / done]);
    await stopWorkers();
  }
  return [
    {
      ...compared('cluster-trainings/one-worker', 's', ...whole, 'one worker'),
      note: 'a sweep of six trainings, whole command: two workers of one thread against one such worker',
    },
    {
      ...compared('cluster-throughput/one-worker', 's', ...training, 'one worker'),
      note: 'seconds for each training, from the beginning of the first to the end of the last; the target is a ratio of 1.8',
    },
  ];
}

const inFolder = (location, folder) => location.replace('?', `/${folder}?`);
