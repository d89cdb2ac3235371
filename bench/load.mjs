// Training and sampling beside other work: busy loops, and a second training of the same kind. Each is compared with
// itself on an idle machine, with its fair share of the processors, and with PyTorch in the same state. All states come
// up in every round, since a machine that is fast in one minute may be slow in the next.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { spread, Worker } from './pair.mjs';

const BUSY_LOOPS = [0, 1, 2, 4];
/** Ends with the benchmark, however that ends. */
const BUSY_LOOP = 'for (const parent = process.ppid; process.ppid === parent; );';
const ROUNDS = 5;
/** How long a measurement takes on an idle machine, in milliseconds. */
const MEASURED_MS = 700;
/** Threads of a worker that has finished may stay awake for so many milliseconds. */
const SETTLED_MS = 250;

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
      const pairs = {};
      for (const [who, command] of Object.entries(commands)) pairs[who] = [await ready(command), await ready(command)];
      try {
        return { name, unit: 'ms', rows: rowsOf(await measured(pairs), threads) };
      } finally {
        const workers = Object.values(pairs).flat();
        await Promise.all(workers.map(({ worker }) => worker.end()));
      }
    },
  }));
}

/** Milliseconds per unit of each pair's first worker beside busy loops, and of both side by side (`second`), by state. */
async function measured(pairs) {
  const times = Object.fromEntries(Object.keys(pairs).map((who) => [who, {}]));
  const add = (who, state, time) => {
    times[who][state] = [...(times[who][state] ?? []), time];
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (const loops of BUSY_LOOPS) {
      const busy = Array.from({ length: loops }, () => spawn(process.execPath, ['-e', BUSY_LOOP], { stdio: 'ignore' }));
      try {
        await sleep(SETTLED_MS);
        for (const [who, [one]] of Object.entries(pairs)) {
          add(who, loops, await settledMeanOf(one));
          await sleep(SETTLED_MS);
        }
      } finally {
        for (const child of busy) child.kill('SIGKILL');
      }
    }
    for (const [who, pair] of Object.entries(pairs)) {
      for (const time of await Promise.all(pair.map(settledMeanOf))) add(who, 'second', time);
      await sleep(SETTLED_MS);
    }
  }
  const spreads = (states) => Object.fromEntries(Object.entries(states).map(([state, list]) => [state, spread(list)]));
  return Object.fromEntries(Object.entries(times).map(([who, states]) => [who, spreads(states)]));
}

/** A worker that has warmed up, and how many units it makes in a measurement on an idle machine. */
async function ready(command) {
  const worker = new Worker(command);
  await worker.answer();
  await worker.measure(3);
  const [, ...times] = await worker.measure(4);
  const units = Math.max(4, Math.round(MEASURED_MS / spread(times).median));
  await worker.measure(units);
  return { worker, units };
}

/**
 * The mean, since what matters under load are the units that take long; once it has been worked in the same state for twice as long, since the
 * number of threads follows what is measured, within a second or so.
 */
async function settledMeanOf({ worker, units }) {
  await worker.measure(2 * units);
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
