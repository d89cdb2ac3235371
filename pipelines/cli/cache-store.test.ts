import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CliWorkspace } from '../testing/cli-workspace.js';

const store = mkdtempSync(join(tmpdir(), 'etude-store-'));
const one = new CliWorkspace();
const other = new CliWorkspace();
const cache = (workspace: CliWorkspace, ...args: string[]) =>
  workspace.start(['cache', ...args], { ETUDE_STORE: store }).finished;
const records = () => readdirSync(join(store, 'ac'));
const recordOf = (stage: string) => {
  for (const name of records()) {
    const path = join(store, 'ac', name);
    const record = JSON.parse(readFileSync(path, 'utf8'));
    const task = JSON.parse(readFileSync(join(store, 'cas', record.task), 'utf8'));
    if (task.present.stage === stage) return { name, path, record };
  }
  throw new Error(`no record of ${stage}`);
};

beforeAll(async () => {
  expect(await one.etude('run', 'experiments/tiny.yaml')).toMatchObject({ code: 0 });
}, 60_000);

describe('etude cache', () => {
  it('pushes and pulls', async () => {
    const pushed = await cache(one, 'push', 'experiments/tiny.yaml');
    expect(pushed.stdout).toMatch(/^pushed \d+ stages of [\d.]+ [kM]B; 0 were in the store already\n$/);
    expect(pushed.stderr).toMatch(/^pushed tiny\/train {2}[\d.]+ kB$/m);
    expect((await cache(one, 'push')).stdout).toMatch(/^pushed 0 stages of 0 B; \d+ were in the store already\n$/);
    const pulled = await cache(other, 'pull', '--json');
    expect(JSON.parse(pulled.stdout)).toEqual({
      ...{ moved: records().length, movedBytes: expect.any(Number), there: 0, missing: [] },
    });
    expect(new Set(Object.values(await other.statuses()))).toEqual(new Set(['hit']));
  });

  it('audits, and finds a forged record', async () => {
    const honest = await cache(other, 'audit', '--sample', '100', '--seed', '1', '--json');
    expect(honest.stderr).toMatch(/^running train$/m);
    expect(honest.code).toBe(0);
    expect(JSON.parse(honest.stdout)).toMatchObject({ compared: records().length, suspect: [], seed: 1 });
    const { path, record, name } = recordOf('build-vocab');
    const [port] = Object.keys(record.outputs);
    const model = Object.values<[object]>(recordOf('train').record.outputs)[0];
    writeFileSync(path, JSON.stringify({ ...record, outputs: { ...record.outputs, [port!]: model } }));
    const { code, stdout } = await cache(other, 'audit', '--sample', '100', '--seed', '1');
    expect(code).toBe(1);
    expect(stdout).toContain(`${name.slice(0, 12)} build-vocab, made on ${record.madeOn}: ${port}: `);
    expect(stdout).toContain(', 1 differ; the same sample again: ');
    writeFileSync(path, JSON.stringify(record));
  });

  it('verifies, and drops only what it is asked to', async () => {
    expect((await cache(other, 'verify', '--store')).stdout).toMatch(
      /^\d+ objects of .* read, \d+ records, 0 damaged\n$/,
    );
    const { record, name } = recordOf('train');
    const [{ digest }] = Object.values<[{ digest: string }]>(record.outputs)[0]!;
    writeFileSync(join(store, 'cas', digest), 'x');
    const first = await cache(other, 'verify', '--store');
    expect(first.code).toBe(1);
    expect(first.stdout).toContain(`cas/${digest}: other bytes than its digest says\n`);
    expect(first.stdout).toContain('2 damaged; --drop removes what is damaged\n');
    expect((await cache(other, 'verify', '--store', '--drop')).stdout).toContain('2 damaged, and dropped\n');
    expect((await cache(other, 'verify', '--store')).code).toBe(0);
    expect(records()).not.toContain(name);
    expect((await cache(one, 'push')).stdout).toMatch(/^pushed 1 stage of /);
  });

  it('prunes', async () => {
    const fresh = await cache(other, 'prune', '--store', '--older-than', '1h');
    expect(fresh.stdout).toMatch(
      /^freed 0 B of 0 records, 0 checkpoints and 0 files that no record names; .* are left\n$/,
    );
    const size = await cache(other, 'prune', '--store', '--max-size', '1GB');
    expect(size).toMatchObject({ code: 2, stderr: expect.stringContaining("'--store'") });
    const json = await cache(other, 'prune', '--store', '--older-than', '0h', '--dry-run', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ records: records().length, contents: 0 });
  });

  it('says that there is no store', async () => {
    const { code, stderr } = await other.etude('cache', 'push');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'cache: expected a store in ETUDE_STORE, or in etude.yaml: cache: { store: /mnt/etude }\n',
    });
    const gone = await other.start(['cache', 'pull'], { ETUDE_STORE: '/nowhere/etude' }).finished;
    expect(gone).toMatchObject({ code: 1, stderr: 'there is no folder /nowhere/etude; mount it, or make it\n' });
  });
});
