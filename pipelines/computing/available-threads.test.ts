import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { availableThreads, cgroupProcessors } from './available-threads.js';
import { mostThreads, useKernels } from './kernels.js';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return { ...fs, readFileSync: vi.fn(fs.readFileSync) };
});

/** A folder that looks like the root of a file system. */
function root(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'etude-root-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

it.each<[string, Record<string, string>, number]>([
  ['no control groups', {}, Number.POSITIVE_INFINITY],
  ['a container', { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1.5],
  ['no limit', { 'proc/self/cgroup': '0::/a\n', 'sys/fs/cgroup/a/cpu.max': 'max 100000\n' }, Number.POSITIVE_INFINITY],
  [
    'the least of nested groups',
    {
      'proc/self/cgroup': '0::/slice/job\n',
      'sys/fs/cgroup/slice/job/cpu.max': '400000 100000',
      'sys/fs/cgroup/slice/cpu.max': '200000 100000',
    },
    2,
  ],
  [
    'version 1',
    {
      'proc/self/cgroup': '5:memory:/job\n4:cpu,cpuacct:/docker/1f\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    },
    0.5,
  ],
  [
    'version 1 without a limit',
    {
      'proc/self/cgroup': '1:cpu:/\n',
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    Number.POSITIVE_INFINITY,
  ],
])('processors that control groups allow: %s', (_, files, processors) => {
  expect(cgroupProcessors(root(files))).toBe(processors);
});

it.each([
  ['20000 100000', 1],
  ['100000 100000', 1],
  ['9900000 100000', availableParallelism()],
])('there are as many threads as processors that control groups allow, of those that there are: %s', (limit, threads) => {
  const files: Record<string, string> = { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': limit };
  vi.mocked(readFileSync).mockImplementation((path) => files[String(path)] ?? '');
  expect(availableThreads()).toBe(threads);
  vi.mocked(readFileSync).mockReset();
});

it('there is always one thread', () => {
  expect(availableThreads()).toBeGreaterThanOrEqual(1);
});

it('there are no more threads than a parameter or the environment asks for, nor than there can be', () => {
  expect([mostThreads(), mostThreads(1), mostThreads(1024)]).toEqual([availableThreads(), 1, availableThreads()]);
  useKernels({ threads: 1 });
  expect([mostThreads(), mostThreads(2)]).toEqual([1, 1]);
  useKernels({});
});
