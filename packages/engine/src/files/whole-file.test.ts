import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryName } from './process-identity.js';
import { removeStrays, writeAbsent, writeWhole } from './whole-file.js';

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
const module = JSON.stringify(new URL('./whole-file.js', import.meta.url).href);

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'etude-whole-'));
  path = join(folder, 'file');
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Write = (
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesWritten: number }>;

/** Has every write to a file handle go through `change`. */
async function whileWriting(change: (write: Write) => Write): Promise<void> {
  const handle = await open(new URL(import.meta.url));
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const write = prototype.write as Write;
  vi.spyOn(prototype, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    const inner: Write = (...changed) => write.apply(this, changed);
    return change(inner)(...(args as Parameters<Write>)) as never;
  } as never);
}

describe('writeWhole', () => {
  it('writes and replaces a file in a folder that need not be there', async () => {
    const deep = join(folder, 'a', 'b', 'file');
    await writeWhole(deep, bytes);
    expect(readFileSync(deep).equals(bytes)).toBe(true);
    await writeWhole(deep, 'Übung');
    expect(readFileSync(deep, 'utf8')).toBe('Übung');
    await writeWhole(deep, '');
    expect(readFileSync(deep, 'utf8')).toBe('');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file']);
  });

  it('goes on where the system takes less than it is given', async () => {
    await whileWriting((write) => (buffer, offset, length, at) => write(buffer, offset, Math.min(length, 9_999), at));
    await writeWhole(path, bytes);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('has a file on the disk before it has its name, and then the name', async () => {
    const handle = await open(new URL(import.meta.url));
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const named: boolean[] = [];
    vi.spyOn(prototype, 'sync').mockImplementation(async () => void named.push(existsSync(path)));
    await writeWhole(path, bytes);
    expect(named).toEqual([false, true]);
  });

  const faults: [string, (write: Write) => Write, string][] = [
    ['nothing more is taken', () => async () => ({ bytesWritten: 0 }), 'EIO'],
    [
      'the disk is full half way',
      (write) => async (buffer, offset, length, at) => {
        if (at > 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        return write(buffer, offset, length / 2, at);
      },
      'ENOSPC',
    ],
    [
      'less is written than the system says',
      (write) => async (buffer, offset, length, at) => {
        await write(buffer, offset, length / 2, at);
        return { bytesWritten: length };
      },
      'EIO',
    ],
    [
      'something else is written',
      (write) => (buffer, offset, length, at) =>
        write(
          buffer.map((byte) => byte ^ 1),
          offset,
          length,
          at,
        ),
      'EIO',
    ],
  ];
  it.each(faults)('leaves what was there, and nothing else, where %s', async (_, change, code) => {
    writeFileSync(path, 'before');
    await whileWriting(change);
    await expect(writeWhole(path, bytes)).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(path, 'utf8')).toBe('before');
  });

  it('leaves nothing of a file that is longer than the system allows', () => {
    if (process.platform === 'win32') return;
    const script = `import { writeWhole } from ${module};
      await writeWhole(${JSON.stringify(path)}, new Uint8Array(100_000)).catch(({ code }) => console.log(code));`;
    const limited = ['-c', 'ulimit -f 100; exec "$0" --input-type=module -e "$1"', process.execPath, script];
    expect(spawnSync('sh', limited, { encoding: 'utf8' })).toMatchObject({ stdout: 'EFBIG\n', stderr: '' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('removeStrays', () => {
  it('removes what a process left that was killed while it wrote, and nothing of one that lives', async () => {
    const script = `import { writeWhole } from ${module};
      const path = ${JSON.stringify(path)};
      for (;;) { await writeWhole(path, new Uint8Array(3_000_000)); process.stdout.write('.'); }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await vi.waitFor(() => expect(readdirSync(folder).length).toBeGreaterThan(1), { interval: 0 });
    child.kill('SIGSTOP');
    const during = readdirSync(folder);
    await removeStrays(folder);
    expect(readdirSync(folder)).toEqual(during);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await removeStrays(folder);
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(path)).toHaveLength(3_000_000);
  });

  it('leaves other files alone, and those of another machine until they are an hour old', async () => {
    const own = temporaryName(path);
    const foreign = own.replace(/\.[0-9a-f]{8}-/, '.00000000-');
    for (const file of [own, foreign, join(folder, 'mine.tmp')]) writeFileSync(file, 'x');
    const all = readdirSync(folder);
    expect(await removeStrays(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual(all);
    utimesSync(foreign, 1, Date.now() / 1000 - 4000);
    expect(await removeStrays(folder, { dryRun: true })).toEqual([{ path: foreign, bytes: 1 }]);
    expect(existsSync(foreign)).toBe(true);
    await removeStrays(folder);
    expect(readdirSync(folder)).toEqual(all.filter((name) => !foreign.endsWith(name)));
    expect(await removeStrays(join(folder, 'none'))).toEqual([]);
  });
});

describe('a file that may only be added', () => {
  it('is written by one of several writers, and stays', async () => {
    const writers = Array.from({ length: 10 }, (_, writer) => `writer ${writer}`);
    const results = await Promise.all(writers.map((text) => writeAbsent(path, text)));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(path, 'utf8')).toBe(`writer ${results.indexOf(true)}`);
    expect(await writeAbsent(path, 'later')).toBe(false);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('is not there where writing failed', async () => {
    await whileWriting((write) => async (...args) => {
      await write(...args);
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    });
    await expect(writeAbsent(path, bytes)).rejects.toThrow('ENOSPC');
    expect(readdirSync(folder)).toEqual([]);
  });
});
