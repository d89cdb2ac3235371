import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { once } from './once.mjs';

let folder;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'etude-once-')), 'made');
});
const fill = (text) => async (aside) => writeFileSync(join(aside, 'file'), text);
const content = () => readFileSync(join(folder, 'file'), 'utf8');
const nobody = () => expect.unreachable();

describe('once', () => {
  it('makes a folder the first time, and takes what is there from then on', async () => {
    expect(await once(folder, fill('first'), nobody)).toBe(folder);
    expect(await once(folder, fill('second'), nobody)).toBe(folder);
    expect(content()).toBe('first');
  });

  it('makes it once for two who want it at the same time', async () => {
    const makers = [];
    const make = (name) =>
      once(
        folder,
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
    const failing = async (aside) => {
      await fill('half')(aside);
      throw new Error('no network');
    };
    await expect(once(folder, failing, nobody)).rejects.toThrow('no network');
    expect([existsSync(folder), existsSync(`${folder}.partial`)]).toEqual([false, false]);
    await once(folder, fill('whole'), nobody);
    expect(content()).toBe('whole');
  });

  it('begins anew where another process was killed with -9 half way', async () => {
    const script = `import { once } from ${JSON.stringify(new URL('./once.mjs', import.meta.url).href)};
      import { writeFileSync } from 'node:fs';
      once(${JSON.stringify(folder)}, (aside) => new Promise(() => {
        writeFileSync(aside + '/half', 'half');
        console.log('at it');
        setInterval(() => {}, 1000);
      }));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await event(child.stdout, 'data');
    let waitedFor;
    const made = once(folder, fill('whole'), (holder) => {
      waitedFor = holder;
      child.kill('SIGKILL');
    });
    expect(await made).toBe(folder);
    expect(waitedFor).toContain(`process ${child.pid} on host `);
    expect(content()).toBe('whole');
    expect(existsSync(join(folder, 'half'))).toBe(false);
  });
});
