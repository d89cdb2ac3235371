import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { withFileLock } from './file-lock.js';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'etude-lock-')), 'deep', 'lock');
});

/** A process that holds the lock until it is killed. */
async function holder() {
  const script = `import { withFileLock } from ${JSON.stringify(new URL('./file-lock.js', import.meta.url).href)};
    withFileLock(${JSON.stringify(path)}, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000); }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('withFileLock', () => {
  it('lets one at a time do its work, and is gone afterwards', async () => {
    let inside = 0;
    const order: number[] = [];
    const work = (n: number) => async () => {
      expect(++inside).toBe(1);
      await sleep(20);
      order.push(n);
      inside--;
    };
    await Promise.all([1, 2, 3, 4].map((n) => withFileLock(path, work(n))));
    expect([...order].sort()).toEqual([1, 2, 3, 4]);
    expect(existsSync(path)).toBe(false);
  });

  it('is released when the work fails', async () => {
    await expect(withFileLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withFileLock(path, async () => 'yes')).toBe('yes');
  });

  it('waits for a living process, and takes over from one that was killed with -9', async () => {
    const child = await holder();
    let waiting = Promise.resolve('not waiting');
    const owner = await new Promise<{ pid: number } | undefined>((onWait) => {
      waiting = withFileLock(path, async () => 'mine', { onWait });
    });
    expect(owner?.pid).toBe(child.pid);
    expect(await Promise.race([waiting, sleep(400, 'still waiting')])).toBe('still waiting');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await waiting).toBe('mine');
  });

  it('takes over from an owner whose process id now belongs to another process', async () => {
    const child = await holder();
    const owner = JSON.parse(readFileSync(path, 'utf8'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (owner.started === undefined) return; // only Linux tells when a process was started
    writeFileSync(path, JSON.stringify({ ...owner, pid: process.pid }));
    expect(await withFileLock(path, async () => 'mine')).toBe('mine');
  });

  it('never takes over from another machine, and stops waiting when it is told to', async () => {
    await withFileLock(path, async () => {
      const owner = JSON.parse(readFileSync(path, 'utf8'));
      writeFileSync(path, JSON.stringify({ ...owner, host: 'elsewhere', pid: 1 }));
      const signal = AbortSignal.timeout(300);
      await expect(withFileLock(path, async () => 'mine', { signal })).rejects.toThrow();
    });
  });
});
