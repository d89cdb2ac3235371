import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { once } from './once.js';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'etude-once-')), 'made');
});
type Make = (aside: string) => Promise<void>;
const fill =
  (text: string): Make =>
  async (aside) =>
    writeFileSync(join(aside, 'file'), text);
const content = () => readFileSync(join(folder, 'file'), 'utf8');
const nobody = (_holder: string): void => expect.unreachable();
const made = (make: Make, onWait = nobody, more: Partial<Parameters<typeof once>[1]> = {}) =>
  once(folder, { make, onWait, ...more });

describe('once', () => {
  it('makes a folder the first time, and takes what is there from then on', async () => {
    expect(await made(fill('first'))).toBe(folder);
    expect(await made(fill('second'))).toBe(folder);
    expect(content()).toBe('first');
  });

  it('makes it once for two who want it at the same time', async () => {
    const makers: string[] = [];
    const make = (name: string) =>
      made(
        async (aside) => {
          makers.push(name);
          await fill(name)(aside);
        },
        () => {},
      );
    await Promise.all([make('a'), make('b')]);
    expect(makers).toHaveLength(1);
    expect(content()).toBe(makers[0]);
  });

  it('leaves nothing of an attempt that failed', async () => {
    const failing: Make = async (aside) => {
      await fill('half')(aside);
      throw new Error('no network');
    };
    await expect(made(failing)).rejects.toThrow('no network');
    expect([existsSync(folder), existsSync(`${folder}.partial`)]).toEqual([false, false]);
    await made(fill('whole'));
    expect(content()).toBe('whole');
  });

  it('begins anew where another process was killed with -9 half way', async () => {
    const script = `import { once } from ${JSON.stringify(new URL('./once.js', import.meta.url).href)};
      import { writeFileSync } from 'node:fs';
      once(${JSON.stringify(folder)}, { onWait() {}, make: (aside) => new Promise(() => {
        writeFileSync(aside + '/half', 'half');
        console.log('at it');
        setInterval(() => {}, 1000);
      }) });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await event(child.stdout, 'data');
    let waitedFor: string | undefined;
    const whole = made(fill('whole'), (holder) => {
      waitedFor = holder;
      child.kill('SIGKILL');
    });
    expect(await whole).toBe(folder);
    expect(waitedFor).toContain(`process ${child.pid} on host `);
    expect(content()).toBe('whole');
    expect(existsSync(join(folder, 'half'))).toBe(false);
  });

  const library =
    (text: string): Make =>
    async (aside) => {
      mkdirSync(join(aside, 'lib'));
      writeFileSync(join(aside, 'lib', 'tf.so.2'), text);
    };
  const path = () => join(folder, 'lib', 'tf.so.2');
  const byFolder = (file: string) => {
    rmSync(file);
    mkdirSync(file);
  };
  it.each([
    ['is cut', (file: string) => writeFileSync(file, 'fi')],
    ['has a flipped byte', (file: string) => writeFileSync(file, 'fIrst')],
    ['is missing', (file: string) => rmSync(file)],
    ['is a folder', byFolder],
    ['has no readable list', () => writeFileSync(join(folder, 'contents.json'), '{"lib')],
  ])('makes it again where a library %s', async (_, harm) => {
    await made(library('first'));
    harm(path());
    await made(library('second'));
    expect(readFileSync(path(), 'utf8')).toBe('second');
  });

  it('leaves it alone where only the time of a library is another, and reads all where it is asked to', async () => {
    await made(library('first'));
    const recorded = (Math.trunc(statSync(path()).mtimeMs) + 0.5) / 1000;
    utimesSync(path(), 1, 1);
    await made(library('second'));
    expect(readFileSync(path(), 'utf8')).toBe('first');
    writeFileSync(path(), 'fIrst');
    utimesSync(path(), recorded, recorded);
    await made(library('second'));
    expect(readFileSync(path(), 'utf8')).toBe('fIrst');
    await made(library('second'), nobody, { thorough: true });
    expect(readFileSync(path(), 'utf8')).toBe('second');
  });

  it('keeps what an earlier version made where it is of use, and replaces it where it is not', async () => {
    const check = (at: string) => {
      if (readFileSync(join(at, 'lib', 'tf.so.2'), 'utf8') === 'bad') throw new Error('it does not load');
    };
    for (const [before, after] of [
      ['good', 'good'],
      ['bad', 'new'],
    ] as const) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      await library(before)(folder);
      await made(library('new'), nobody, { check });
      expect(readFileSync(path(), 'utf8')).toBe(after);
      expect(existsSync(join(folder, 'contents.json'))).toBe(true);
    }
  });
});
