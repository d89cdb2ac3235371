// What running stages costs beside the stages: cached, run here, in several processes; against DVC and Snakemake with the same chain of stages.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { etudeChain, executionsOf, STAGES } from './jobs/chain.mjs';
import { dvcQueue, dvcRepro, executionsIn, failuresIn, snakemake } from './jobs/rivals.mjs';
import { trainings } from './jobs/trainings.mjs';
import { runCommand, temporaryWorkspace } from './workspace.mjs';

/** Points of the sweeps that measure overhead. */
const POINTS = 20;
/** Points of the large sweep, and milliseconds of processor time that each of its stages uses. */
const LARGE = { points: 200, milliseconds: 50 };
/** DVC takes seconds for each experiment of its queue. */
const QUEUED = 20;
const ROUNDS = 3;

const ETUDE_CHAIN = fileURLToPath(new URL('jobs/etude.mjs', import.meta.url));

/** Our side of a sweep: the whole process that plans it and runs it, on a new workspace. */
function etude(points, { jobs, milliseconds = 0 }) {
  return {
    command: [process.execPath, ETUDE_CHAIN, JSON.stringify({ jobs })],
    cwd: '',
    env: { ...process.env, ETUDE_BENCH_MS: `${milliseconds}` },
    before() {
      this.cwd = etudeChain(points);
    },
  };
}

/** What a rival did in its workspace. */
function ranIn(folder) {
  const failures = failuresIn(folder);
  return `${executionsIn(folder)} ran${failures > 0 ? `, and ${failures} points failed` : ''}`;
}

export function jobs({ programs, processesInTurn, compared }) {
  const rivalSide = async (rival, points, milliseconds = 0) =>
    rival(points, { programs: await programs('jobs'), milliseconds });

  /** Milliseconds of a stage that has to run, and of one that does not: whole commands, by the number of stages. */
  const overhead = (name, ours, rival, { rounds = ROUNDS, cached = true } = {}) => ({
    name: `jobs-overhead/${name}`,
    async run() {
      const pair = [etude(POINTS, ours), await rivalSide(rival, POINTS)];
      const how = `${ours.jobs === 1 ? 'one process' : `--jobs ${ours.jobs}`}`;
      const results = [];
      /** @type {number[][]} */
      const ran = [[], []];
      /** @type {number[][]} */
      const again = [[], []];
      for (let round = 0; round < rounds; round++) {
        for (const [i, times] of (await processesInTurn(pair, 1)).entries()) ran[i].push(...times);
        if (!cached) continue;
        const asLeft = pair.map((side) => ({ ...side, before: undefined }));
        for (const [i, times] of (await processesInTurn(asLeft, 1)).entries()) again[i].push(...times);
      }
      const each = (times, stages) => times.map((list) => list.map((ms) => ms / stages));
      const executions = executionsOf(POINTS);
      results.push({
        ...compared(`jobs-run/${name}`, 'ms', ...each(ran, executions), name),
        note: `${POINTS} points of ${STAGES} stages that copy a text, whole command / ${executions} stages that have to run. Etude (${how}): a call of a function, locks, hashes, files written to the disk. ${name}: a shell for each stage; ${ranIn(pair[1].cwd)}`,
      });
      if (cached) {
        const stages = POINTS * STAGES;
        results.push({
          ...compared(`jobs-cached/${name}`, 'ms', ...each(again, stages), name),
          note: `the same once more, whole command / ${stages} stages of all points. Etude reads and hashes each artifact`,
        });
      }
      return results;
    },
  });

  const sweep = (points, name, rival) => ({
    name: `jobs-sweep-${points}/${name}`,
    async run() {
      const ours = etude(points, { jobs: 2, milliseconds: LARGE.milliseconds });
      const theirs = await rival(points);
      const times = await processesInTurn([ours, theirs], 1);
      const seconds = times.map((list) => list.map((ms) => ms / 1000));
      const ran = name === 'one-process' ? `${executionsOf(points)} ran` : ranIn(theirs.cwd);
      return {
        ...compared(`jobs-sweep-${points}/${name}`, 's', ...seconds, name),
        note: `stages of ${LARGE.milliseconds} ms of processor time, --jobs 2. Of ${STAGES * points} stages Etude ran ${executionsOf(points)}; ${name}: ${ran}`,
      };
    },
  });
  const large = LARGE.milliseconds;

  return [
    overhead('dvc-repro', { jobs: 1 }, dvcRepro),
    overhead('snakemake', { jobs: 2 }, snakemake),
    overhead('dvc-queue', { jobs: 2 }, dvcQueue, { rounds: 1, cached: false }),
    { name: 'jobs-cached-songs', run: () => cachedSongs(processesInTurn, compared) },
    ...[200, 1000].map((points) => ({ name: `jobs-planning-${points}`, run: () => planning(points, compared) })),
    sweep(LARGE.points, 'one-process', async (points) => etude(points, { jobs: 1, milliseconds: large })),
    sweep(LARGE.points, 'snakemake', (points) => rivalSide(snakemake, points, large)),
    sweep(QUEUED, 'dvc-queue', (points) => rivalSide(dvcQueue, points, large)),
    {
      name: 'jobs-trainings/one-process',
      async run() {
        const pair = [trainings(['--jobs', '2']), trainings(['--jobs', '1'], { ETUDE_THREADS: '1' })];
        const seconds = (await processesInTurn(pair, 1)).map((list) => list.map((ms) => ms / 1000));
        return {
          ...compared('jobs-trainings/one-process', 's', ...seconds, 'one-process'),
          note: 'a sweep of six trainings of one thread each, --jobs 2 against --jobs 1; the target is a ratio of 1.8',
        };
      },
    },
  ];
}

/** `etude run` of a sweep of songs whose points are all cached. */
async function cachedSongs(processesInTurn, compared) {
  const cwd = temporaryWorkspace();
  const little = 'train: { layers: 1, units: 16, steps: 2, batch: 4, window: 16 }\nsample: { songs: 1, length: 100 }\n';
  const seeds = Array.from({ length: POINTS }, (_, i) => i);
  writeFileSync(
    join(cwd, 'experiments', 'bench.yaml'),
    `extends: 4layer.yaml\n${little}sweep:\n  grid: { sample.seed: [${seeds}] }\n`,
  );
  const command = (...more) => [{ command: runCommand('bench', ...more), cwd }];
  await processesInTurn(command(), 1);
  const stages = 9 * POINTS;
  const [times] = await processesInTurn(command('--jobs', '1'), 5);
  return {
    ...compared(
      'jobs-cached-songs',
      'ms',
      times.map((ms) => ms / stages),
    ),
    note: `etude run, ${POINTS} points of 9 stages, all cached: whole command / ${stages} stages; the target is 20 ms`,
  };
}

/** Milliseconds that it takes to plan a point of a sweep: nothing runs before all are planned. */
async function planning(points, compared) {
  const cwd = temporaryWorkspace();
  const seeds = Array.from({ length: points }, (_, i) => i);
  writeFileSync(
    join(cwd, 'experiments', 'bench.yaml'),
    `extends: 4layer.yaml\nsweep:\n  grid: { train.seed: [${seeds}] }\n`,
  );
  const { makePlan, readSweep } = await import('@etude/engine');
  const { stages } = await import('../pipelines/dist/stages/index.js');
  const request = { workspace: cwd, config: join(cwd, 'experiments', 'bench.yaml'), stages };
  const times = Array.from({ length: 3 }, () => {
    const startedAt = performance.now();
    for (const point of readSweep(request)?.points ?? []) makePlan({ ...request, point });
    return (performance.now() - startedAt) / points;
  });
  return {
    ...compared(`jobs-planning-${points}`, 'ms', times),
    note: `planning one of ${points} points of a sweep of songs, in a process that is warm`,
  };
}
