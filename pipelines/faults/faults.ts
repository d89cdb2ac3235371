import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@etude/music';
import { FaultWorkspace, filesBelow, problemsAfter, problemsAtEnd, RUN } from './fault-workspace.js';

/** What the rounds compare with and begin from. */
export interface Unbroken {
  /** digests of what a run publishes that nothing disturbs */
  readonly whole: ReadonlyMap<string, string>;
  /** a workspace in which that run is done, and one in which training was interrupted */
  readonly done: string;
  readonly interrupted: string;
  /** how long that run takes, in milliseconds */
  readonly milliseconds: number;
  /** how much it writes, in bytes */
  readonly bytes: number;
}

/** One round of a kind of fault, with all its randomness from the seed; what was wrong. */
export type Fault = (unbroken: Unbroken, seed: number) => Promise<string[]>;

export async function unbrokenRun(): Promise<Unbroken> {
  const done = new FaultWorkspace();
  const startedAt = performance.now();
  const ended = await done.cli.etude(...RUN);
  const milliseconds = performance.now() - startedAt;
  if (ended.code !== 0) throw new Error(`the unbroken run failed: ${ended.stdout}${ended.stderr}`);
  const written = ['.etude', 'artifacts'].flatMap((part) => filesBelow(done.cli.path(part)));
  const bytes = written.reduce((sum, file) => sum + statSync(file).size, 0);
  const interrupted = new FaultWorkspace();
  const { child, finished } = interrupted.cli.start([...RUN, '--set', 'train.steps=100000']);
  child.stdout!.on('data', (data) => String(data).includes('computing with') && child.kill('SIGTERM'));
  await finished;
  return { whole: done.published(), done: done.cli.folder, interrupted: interrupted.cli.folder, milliseconds, bytes };
}

/** Kills of a round; every run goes on from what the one before left. */
export const KILLS = 10;

/** Kills runs at random moments, most with -9, then lets one end. */
export const kill: Fault = async (unbroken, seed) => {
  const random = createRandom(seed);
  const workspace = new FaultWorkspace();
  const problems: string[] = [];
  for (let kills = 0; kills < KILLS; kills++) {
    const { child, finished } = workspace.cli.start(RUN);
    await sleep(random.next() * unbroken.milliseconds);
    child.kill(random.next() < 0.8 ? 'SIGKILL' : pick(random, ['SIGTERM', 'SIGHUP', 'SIGINT'] as const));
    problems.push(...problemsAfter(workspace, unbroken.whole, await finished));
  }
  return conclude(workspace, unbroken, problems);
};

/** Files of a round that are damaged. */
export const CORRUPTIONS = 4;

/** Damages files of cache, checkpoints, artifacts and records at random, and leaves locks of dead processes. */
export const corrupt: Fault = async (unbroken, seed) => {
  const random = createRandom(seed);
  const workspace = new FaultWorkspace(random.next() < 0.5 ? unbroken.done : unbroken.interrupted);
  const files = ['.etude', 'artifacts'].flatMap((part) => filesBelow(workspace.cli.path(part)));
  for (let faults = 0; faults < CORRUPTIONS; faults++) {
    if (random.next() < 0.2) leaveLock(workspace, random);
    else damage(pick(random, files), random);
  }
  return conclude(workspace, unbroken, []);
};

/** Runs on a file system that is too small, then makes it larger. For root on Linux alone. */
export const fullDisk: Fault = async (unbroken, seed) => {
  const random = createRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'etude-full-'));
  const kilobytes = 200 + Math.ceil((random.next() * 1.5 * unbroken.bytes) / 1024);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
  try {
    const workspace = new FaultWorkspace(undefined, folder);
    const ended = await workspace.cli.etude(...RUN);
    const problems = problemsAfter(workspace, unbroken.whole, ended);
    if (ended.code === 0) problems.push(...problemsAtEnd(workspace, unbroken.whole, ended));
    execFileSync('mount', ['-o', 'remount,size=64m', folder]);
    problems.push(...problemsAtEnd(workspace, unbroken.whole, await workspace.cli.etude(...RUN)));
    return problems;
  } finally {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  }
};

/** Whether file systems can be mounted here. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'etude-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs where no file may be longer than so much: the system then takes a part of what is written, and refuses the rest. */
export const shortWrite: Fault = async (unbroken, seed) => {
  const random = createRandom(seed);
  const workspace = new FaultWorkspace();
  const longest = Math.max(...filesBelow(unbroken.done).map((file) => statSync(file).size));
  const blocks = 1 + Math.floor(random.next() ** 2 * (longest / 512));
  const ended = await workspace.cli.start(RUN, {}, blocks).finished;
  const problems = problemsAfter(workspace, unbroken.whole, ended);
  if (ended.code === 0) problems.push(...problemsAtEnd(workspace, unbroken.whole, ended));
  return conclude(workspace, unbroken, problems);
};

/** Runs that a round of {@link together} starts. */
export const STARTS = 5;

/** Starts runs of two experiments with the same stages at the same time: each stage runs once. */
export const together: Fault = async (unbroken, seed) => {
  const random = createRandom(seed);
  const workspace = new FaultWorkspace();
  workspace.cli.write('experiments/other.yaml', 'extends: faults.yaml\n');
  const runs = Array.from({ length: STARTS }, async (_, index) => {
    const config = index === 0 ? 'faults' : pick(random, ['faults', 'other']);
    await sleep(random.next() * 200);
    return workspace.cli.etude('run', '--config', `experiments/${config}.yaml`, '--json');
  });
  const ended = await Promise.all(runs);
  const problems = ended.flatMap((each) => problemsAfter(workspace, unbroken.whole, each));
  problems.push(...ended.flatMap(({ code, stderr }) => (code === 0 ? [] : [`exit code ${code}: ${stderr}`])));
  if (problems.length === 0) {
    const stages = ended.flatMap(({ stdout }) => JSON.parse(stdout).stages as { name: string; status: string }[]);
    const ran = stages.filter(({ status }) => status === 'ran').map(({ name }) => name);
    if (new Set(ran).size !== ran.length) problems.push(`stages ran twice: ${ran.join(', ')}`);
  }
  return conclude(workspace, unbroken, problems);
};

async function conclude(workspace: FaultWorkspace, { whole }: Unbroken, problems: string[]): Promise<string[]> {
  const ended = await workspace.cli.etude(...RUN);
  const all = [...problems, ...problemsAtEnd(workspace, whole, ended)];
  if (all.length === 0) workspace.remove();
  else all.push(`(the workspace is kept: ${workspace.cli.folder})`);
  return all;
}

type Random = ReturnType<typeof createRandom>;

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random.next() * list.length)]!;
}

function damage(file: string, random: Random): void {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return; // damaged before: it is gone
  }
  const at = Math.floor(random.next() * bytes.length);
  const garbage = Buffer.from(Array.from({ length: 64 }, () => Math.floor(random.next() * 256)));
  pick(random, [
    () => writeFileSync(file, bytes.subarray(0, at)),
    () => writeFileSync(file, ''),
    () => rmSync(file),
    () => writeFileSync(file, garbage),
    () => appendFileSync(file, garbage),
    () => writeFileSync(file, bytes.fill(0, at)),
    () => {
      bytes[at]! ^= 1 << Math.floor(random.next() * 8);
      writeFileSync(file, bytes);
    },
    () => {
      rmSync(file);
      // In the artifact folder that would be its user's, who is told to remove it.
      if (file.includes('.etude')) mkdirSync(file);
    },
  ])();
}

/** A lock of a process that is no more: whole, cut, empty, or of another machine and not touched for long. */
function leaveLock(workspace: FaultWorkspace, random: Random): void {
  const path = workspace.cli.path('.etude', 'locks', pick(random, ['experiment-faults', 'prune']));
  const owner = {
    pid: 2 ** 22 - 1,
    host: pick(random, [hostname(), 'elsewhere']),
    started: '1',
    token: 'a0b1c2d3-e4f5',
  };
  const text = JSON.stringify(owner);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, pick(random, [text, text.slice(0, 20), '', '[]']));
  const longAgo = new Date(Date.now() - 600_000);
  utimesSync(path, longAgo, longAgo);
}
