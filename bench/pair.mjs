import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that measures itself; see worker.mjs. */
export class Worker {
  #child;
  #lines;

  /** @param {string[]} command a program and its arguments */
  constructor([program, ...args]) {
    this.#child = spawn(/** @type {string} */ (program), args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    let said = '';
    this.#child.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-2000);
    });
    this.#child.on('exit', (code) => {
      if (code) console.error(`bench: ${program} ${args[0]} ended with ${code}: ${said.trim().split('\n').at(-1)}`);
    });
  }

  async answer() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('a measured process ended early (see above)');
    return JSON.parse(value);
  }

  async measure(count) {
    this.#child.stdin.write(`${count}\n`);
    return this.answer();
  }

  async end() {
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }
}

/** The two numbers that bound a list and the one in its middle. */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], min: sorted[0], max: sorted.at(-1) };
}

/**
 * Milliseconds of a unit of work of several processes, measured in turn: a few units of one, a few of the next, and round
 * again, so that what else the machine does hits all alike. While one works, the others sleep.
 * @param {string[][]} commands
 * @param {{ rounds: number, units: number, warmup: number }} how
 * @returns {Promise<number[][]>} all times of each process
 */
export async function inTurn(commands, { rounds, units, warmup }) {
  const workers = commands.map((command) => new Worker(command));
  const times = commands.map(() => /** @type {number[]} */ ([]));
  try {
    for (const worker of workers) await worker.answer();
    for (const worker of workers) await worker.measure(warmup);
    for (let round = 0; round < rounds; round++) {
      for (const [i, worker] of workers.entries()) {
        times[i]?.push(...(await worker.measure(units)));
        await sleep(250); // its threads may still be awake
      }
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
  return times;
}

/**
 * Milliseconds of whole processes, run in turn.
 * @param {{ command: [string, ...string[]], cwd: string, env?: NodeJS.ProcessEnv, before?: () => unknown }[]} commands `before` is not part of the
 *   time, and may still change where and how the command runs
 * @param {number} rounds
 */
export async function processesInTurn(commands, rounds) {
  const times = commands.map(() => /** @type {number[]} */ ([]));
  for (let round = 0; round < rounds; round++) {
    for (const [i, each] of commands.entries()) {
      await each.before?.();
      const startedAt = performance.now();
      await finished(each);
      times[i].push(performance.now() - startedAt);
    }
  }
  return times;
}

/**
 * Runs a process to its end.
 * @returns {Promise<string>} what it wrote to standard output
 */
export async function finished({ command: [program, ...args], cwd, env = process.env }) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd, env });
  let [output, said] = ['', ''];
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${said.slice(-500)}`);
  return output;
}
