import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRandom, type Random } from '@etude/music';
import { CHECKPOINTS, digestsIn, HEARTBEAT, type TrialCluster, type TrialProcess, trainings } from './trial-cluster.js';

const SHIFT_CLOCK = fileURLToPath(new URL('./shift-clock.mjs', import.meta.url));
const TWO_HOURS = 7_200_000;
/** Milliseconds in which harm is done. */
const HARMFUL_MS = 8000;
/** Milliseconds after which a round counts as one that hangs. */
const LONGEST = 180_000;

/** What a round is about: cluster, the processes of it that are there now and those that are gone. */
interface Round {
  readonly cluster: TrialCluster;
  readonly random: Random;
  workers: TrialProcess[];
  readonly gone: TrialProcess[];
  client: TrialProcess;
  readonly restart: () => TrialProcess;
  /** how often harm was done that may have a training begin anew: while the store had nothing to go on from */
  excuses: number;
}

type Harm = (round: Round) => void | Promise<void>;

/** Harm after which another worker may begin a training, and goes on from a checkpoint if there is one. */
async function excused(round: Round, harm: () => void | Promise<void>): Promise<void> {
  const before = await round.cluster.hasCheckpoint();
  await harm();
  if (!before || !(await round.cluster.hasCheckpoint())) round.excuses += 1;
}

const HARMS: Readonly<Record<string, Harm>> = {
  'kill a worker': (round) =>
    excused(round, () => {
      const worker = pick(round.random, round.workers);
      worker.kill('SIGKILL');
      round.gone.push(worker);
      round.workers = [...round.workers.filter((each) => each !== worker), newWorker(round)];
    }),
  'kill what runs stages': (round) => excused(round, () => pick(round.random, round.workers).killStages()),
  'cut off a worker': (round) =>
    excused(round, async () => {
      const worker = pick(round.random, round.workers);
      worker.kill('SIGSTOP');
      await sleep(round.random.next() * 2000 * HEARTBEAT);
      worker.kill('SIGCONT');
    }),
  'end the server': (round) =>
    excused(round, () => round.cluster.restartTemporal(round.random.next() * 1500 * HEARTBEAT)),
  'kill the client'(round) {
    round.client.kill('SIGKILL');
    round.client = round.restart();
  },
  async 'have the store fail'({ cluster, random }) {
    cluster.proxy.lasting = pick(random, [
      { status: 500 },
      { status: 503, code: 'SlowDown' },
      { status: 507, code: 'InsufficientStorage' },
      'truncated',
      'flipped answer',
    ] as const);
    await sleep(random.next() * 2000);
    cluster.proxy.lasting = 'none';
  },
  async 'damage an object'(round) {
    const key = pick(round.random, await round.cluster.keys('cas/'));
    if (key === undefined) return;
    const bytes = Buffer.from((await round.cluster.store.get(key)) ?? []);
    if (bytes.length === 0) return;
    bytes[Math.floor(round.random.next() * bytes.length)]! ^= 1 << Math.floor(round.random.next() * 8);
    await round.cluster.store.put(key, bytes);
  },
  async 'lose an object'(round) {
    const key = pick(round.random, await round.cluster.keys());
    if (key === undefined) return;
    await round.cluster.store.remove(key);
    if (key.startsWith(CHECKPOINTS)) round.excuses += 1;
  },
};

/**
 * Runs the trial on two workers, one of which has a wrong clock, while harm is done at random moments.
 * @returns what was wrong, nothing else
 */
export async function randomRound(cluster: TrialCluster, seed: number, unbroken: unknown): Promise<string[]> {
  const random = createRandom(seed);
  await cluster.emptyStore();
  const workspace = cluster.workspace();
  const restart = () => cluster.client(workspace);
  const round: Round = { cluster, random, workers: [], gone: [], client: restart(), restart, excuses: 0 };
  round.workers = [newWorker(round), newWorker(round)];
  const done: string[] = [];
  const startedAt = Date.now();
  while (Date.now() - startedAt < HARMFUL_MS && !round.client.hasEnded) {
    await sleep(random.next() * 3000);
    const name = pick(random, Object.keys(HARMS));
    done.push(name);
    await HARMS[name]!(round);
  }
  const ended = await ending(round, startedAt + LONGEST);
  const problems: string[] = [];
  const all = [...round.workers, ...round.gone];
  if (ended === undefined) problems.push(`it did not end: ${all.map(({ said }) => said.slice(-2000)).join('\n')}`);
  else if (JSON.stringify(digestsIn(workspace)) !== JSON.stringify(unbroken)) problems.push('wrong bytes');
  const { begun, from } = trainings(all);
  if (begun - from.length > 1 + round.excuses)
    problems.push(`training began ${begun} times, resumed ${from.length} times`);
  await cluster.endAll();
  return problems.map((problem) => `seed ${seed} (${done.join(', ')}): ${problem}`);
}

/** The end of the last client. One that fails since the store does is what a user starts again. */
async function ending(round: Round, latest: number): Promise<number | undefined> {
  for (;;) {
    const ended = await Promise.race([round.client.finished, sleep(Math.max(0, latest - Date.now()))]);
    if (ended === undefined) return undefined;
    if (ended.code === 0) return 0;
    if (Date.now() > latest) return undefined;
    round.client = round.restart();
  }
}

function newWorker({ cluster, random }: Round): TrialProcess {
  const shift = Math.round((random.next() - 0.5) * 2 * TWO_HOURS);
  return cluster.worker({ NODE_OPTIONS: `--import ${SHIFT_CLOCK}`, CLOCK_SHIFT: `${shift}` });
}

function pick<T>(random: Random, all: readonly T[]): T {
  return all[Math.floor(random.next() * all.length)]!;
}
