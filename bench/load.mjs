// Training and sampling beside other work: busy loops, and a second training of the same kind. Each is compared with
// itself on an idle machine, with its fair share of the processors, and with PyTorch in the same state.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { spread, Worker } from './pair.mjs';

const BUSY_LOOPS = [0, 1, 2, 4];
const ROUNDS = 3;
/** How long a round takes on an idle machine, in milliseconds. */
const ROUND_MS = 1000;

export function load({ threads, training, sampling, ours, rivalCommand }) {
  const cases = [
    { name: 'load-train-2x128', config: training(2, 128) },
    { name: 'load-train-4x256', config: training(4, 256) },
    { name: 'load-sample-4x256', config: sampling(1) },
  ];
  return cases.map(({ name, config }) => ({
    name,
    run: async () => {
      const commands = { etude: ours(config), pytorch: await rivalCommand('pytorch', config) };
      const results = { etude: {}, pytorch: {} };
      for (const loops of BUSY_LOOPS) {
        const times = await besideLoops(loops, commands);
        for (const who of Object.keys(commands)) results[who][loops] = times[who];
      }
      for (const [who, command] of Object.entries(commands)) results[who].second = await besideItself(command);
      return { name, unit: 'ms', rows: rowsOf(results, threads) };
    },
  }));
}

/** Milliseconds a unit of each, in turn, while so many loops keep processors busy. */
async function besideLoops(loops, commands) {
  const workers = Object.fromEntries(
    await Promise.all(Object.entries(commands).map(async ([who, command]) => [who, await ready(command)])),
  );
  const busy = Array.from({ length: loops }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  const times = Object.fromEntries(Object.keys(commands).map((who) => [who, []]));
  try {
    await sleep(300);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [who, { worker, units }] of Object.entries(workers)) {
        times[who].push(await meanOf(worker, units));
        await sleep(250); // its threads may still be awake
      }
    }
  } finally {
    for (const child of busy) child.kill('SIGKILL');
    await Promise.all(Object.values(workers).map(({ worker }) => worker.end()));
  }
  return Object.fromEntries(Object.entries(times).map(([who, list]) => [who, spread(list)]));
}

/** Milliseconds a unit of two workers of one kind that work at the same time. */
async function besideItself(command) {
  const pair = [await ready(command), await ready(command)];
  const times = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      times.push(...(await Promise.all(pair.map(({ worker, units }) => meanOf(worker, units)))));
    }
  } finally {
    await Promise.all(pair.map(({ worker }) => worker.end()));
  }
  return spread(times);
}

/** A worker that has warmed up, and how many units it makes in a round on an idle machine. */
async function ready(command) {
  const worker = new Worker(command);
  await worker.answer();
  await worker.measure(3);
  const [, ...times] = await worker.measure(4);
  return { worker, units: Math.max(4, Math.round(ROUND_MS / spread(times).median)) };
}

/** The mean, since what matters under load are the units that take long. */
async function meanOf(worker, units) {
  const times = await worker.measure(units);
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

function rowsOf(results, threads) {
  const states = [...BUSY_LOOPS.map(String), 'second'];
  return states.map((state) => {
    const [etude, pytorch] = [results.etude[state], results.pytorch[state]];
    const slowdown = etude.median / results.etude[0].median;
    // Of k loops beside as many threads as there are processors each gets an equal share.
    const fairShare = state === 'second' ? 2 : Math.max(1, (Number(state) + threads) / threads);
    return { state, etude, pytorch, slowdown, fairShare, ratio: pytorch.median / etude.median };
  });
}
