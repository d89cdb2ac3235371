import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/**
 * How many threads of this process can run at a time: the processors that it may use (its affinity), and what its control groups
 * allow of them, as in a container with `--cpus 2`.
 */
export function availableThreads(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cgroupProcessors())));
}

/**
 * Processors that the control groups of this process may keep busy, version 1 or 2 (Linux, Documentation/admin-guide/cgroup-v2.rst,
 * "CPU Interface Files"); Infinity where there is no limit, or another system.
 * @param root `/`, but in tests
 */
export function cgroupProcessors(root = '/'): number {
  const read = (...path: string[]) => {
    try {
      return readFileSync(join(root, ...path), 'utf8').trim();
    } catch {
      return '';
    }
  };
  const mount = 'sys/fs/cgroup';
  let least = Number.POSITIVE_INFINITY;
  // Lines of "number:controllers:path"; version 2 has no controllers here.
  for (const line of read('proc/self/cgroup').split('\n')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers !== '' && !controllers.split(',').includes('cpu')) continue;
    // In a container the path may be one of the host, and the limit stand at the root of what is mounted.
    const parts = path.split('/').filter(Boolean);
    for (let depth = parts.length; depth >= 0; depth--) {
      const folder = parts.slice(0, depth).join('/');
      const limit =
        controllers === ''
          ? read(mount, folder, 'cpu.max')
          : ['cpu', controllers, 'cpu,cpuacct']
              .map((name) =>
                [read(mount, name, folder, 'cpu.cfs_quota_us'), read(mount, name, folder, 'cpu.cfs_period_us')].join(
                  ' ',
                ),
              )
              .find((text) => text !== ' ');
      const [quota, period] = (limit ?? '').split(/\s+/).map(Number);
      if (quota! > 0 && period! > 0) least = Math.min(least, quota! / period!);
    }
  }
  return least;
}
