import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { withFileLock } from './file-lock.js';

vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  return { ...fs, writeFile: vi.fn(fs.writeFile) };
});

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
    const waitedFor = await new Promise<string>((onWait) => {
      waiting = withFileLock(path, async () => 'mine', { onWait });
    });
    expect(waitedFor).toBe(`process ${child.pid} on host ${hostname()} (lock file ${path})`);
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

  /** Changes the lock that this process holds as another owner would have written it. */
  const asIf = (change: object) => {
    const owner = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...owner, token: '0123456789ab', ...change }));
  };
  const touchedBefore = (seconds: number) => {
    const at = Date.now() / 1000 - seconds;
    utimesSync(path, at, at);
  };
  const ELSEWHERE = [
    ['another machine', { host: 'elsewhere', boot: 'of another machine' }],
    ['a container of this machine', { namespace: 'pid:[1]' }],
    ['a machine before it was started again', { boot: 'before' }],
  ] as const;

  it.each(
    ELSEWHERE,
  )('waits for a lock of %s as long as it is touched, and says whose it is and where', async (_, other) => {
    await withFileLock(path, async () => {
      asIf({ ...other, pid: 999_999 });
      touchedBefore(50);
      let holder = '';
      const onWait = (found: string) => {
        holder = found;
      };
      const waiting = withFileLock(path, async () => 'mine', { onWait, signal: AbortSignal.timeout(400) });
      await expect(waiting).rejects.toThrow('timeout');
      const host = 'host' in other ? other.host : hostname();
      expect(holder).toBe(`process 999999 on host ${host}, another machine or container (lock file ${path})`);
    });
  });

  it.each(ELSEWHERE)('takes over a lock of %s that has not been touched for a minute', async (_, other) => {
    await withFileLock(path, async () => {
      asIf({ ...other, pid: process.pid });
      touchedBefore(70);
      expect(await withFileLock(path, async () => 'mine')).toBe('mine');
    });
  });

  it('touches its lock while the work lasts', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      await withFileLock(path, async () => {
        const before = readFileSync(path, 'utf8');
        touchedBefore(70);
        vi.advanceTimersByTime(15_000);
        await vi.waitFor(() => expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(10_000));
        expect(readFileSync(path, 'utf8')).toBe(before);
      });
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes over from a process that was killed and that its parent has not waited for', async () => {
    if (process.platform !== 'linux') return;
    // The shell becomes `sleep`, which never waits for the child that the shell started.
    const child = spawn('sh', ['-c', 'sh -c "echo \\$\\$; exit" & exec sleep 300'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout!, 'data');
    const zombie = Number(String(line));
    await vi.waitFor(() => expect(readFileSync(`/proc/${zombie}/stat`, 'utf8')).toContain(') Z '));
    await withFileLock(path, async () => {
      const started = readFileSync(`/proc/${zombie}/stat`, 'utf8').split(') ')[1]!.split(' ')[19];
      asIf({ pid: zombie, started });
      expect(await withFileLock(path, async () => 'mine')).toBe('mine');
    });
    child.kill();
  });

  const UNREADABLE = [
    ['empty', ''],
    ['cut', '{"pid":12,"ho'],
    ['forged', '{"pid":-1,"host":"x","token":"../../../elsewhere"}'],
    ['of another kind', '[]'],
  ] as const;
  it.each(UNREADABLE)('takes over a lock file that is %s, once it is old', async (_, content) => {
    mkdirSync(dirname(path));
    writeFileSync(path, content);
    const signal = AbortSignal.timeout(300);
    await expect(withFileLock(path, async () => 'mine', { signal })).rejects.toThrow('timeout');
    touchedBefore(6);
    expect(await withFileLock(path, async () => 'mine')).toBe('mine');
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('takes over from a folder and from a link to nothing, once they are old', async () => {
    mkdirSync(path, { recursive: true });
    touchedBefore(6);
    expect(await withFileLock(path, async () => 'mine')).toBe('mine');
    symlinkSync('nothing', path);
    lutimesSync(path, 1, 1);
    expect(await withFileLock(path, async () => 'mine')).toBe('mine');
  });

  it('is never seen without its owner, however long writing takes', async () => {
    mkdirSync(dirname(path));
    vi.mocked(writeFile).mockImplementation(async (file, text, options) => {
      const opened = await open(String(file), (options as { flag?: string } | undefined)?.flag ?? 'w');
      await sleep(1);
      await opened.writeFile(String(text));
      await opened.close();
    });
    onTestFinished(() => void vi.mocked(writeFile).mockReset());
    const seen = new Set<boolean>();
    const watching = new AbortController();
    const watch = async () => {
      while (!watching.signal.aborted) {
        const text = await readFile(path, 'utf8').catch(() => undefined);
        if (text !== undefined) seen.add(text.endsWith('}'));
      }
    };
    const watchers = [watch(), watch()];
    for (let i = 0; i < 300; i++) await withFileLock(path, async () => {});
    watching.abort();
    await Promise.all(watchers);
    expect([...seen]).toEqual([true]);
  });
});

describe('many processes at once', () => {
  const worker = `import { withFileLock } from ${JSON.stringify(new URL('./file-lock.js', import.meta.url).href)};
    import { mkdir, rmdir } from 'node:fs/promises';
    process.on('message', async (path) => {
      let result = 'alone';
      await withFileLock(path, async () => {
        await mkdir(path + '-inside').catch(() => { result = 'not alone'; });
        await new Promise((resolve) => setTimeout(resolve, 5));
        await rmdir(path + '-inside').catch(() => { result = 'not alone'; });
      });
      process.send(result);
    });
    process.send('ready');`;

  it.each([
    ['empty', ''],
    ['dead', JSON.stringify({ pid: 1, host: 'gone', token: '0123456789ab' })],
  ])('take an %s lock over one after the other', { timeout: 60_000 }, async (_, content) => {
    const children = Array.from({ length: 8 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', worker], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
    const answers = (count: number) =>
      Promise.all(children.slice(0, count).map(async (child) => (await once(child, 'message'))[0]));
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL');
    });
    await answers(8);
    mkdirSync(dirname(path));
    const rounds: string[] = [];
    for (let round = 0; round < 25; round++) {
      const lock = `${path}-${round}`;
      writeFileSync(lock, content);
      utimesSync(lock, 1, 1);
      const count = 2 + (round % 7);
      const answered = answers(count);
      for (const child of children.slice(0, count)) child.send(lock);
      rounds.push(...(await answered));
    }
    expect(new Set(rounds)).toEqual(new Set(['alone']));
    expect(readdirSync(dirname(path))).toEqual([]);
  });
});
