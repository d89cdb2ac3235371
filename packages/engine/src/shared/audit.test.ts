import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { type CachedStage, parseRecord } from '../cache/cache-layout.js';
import { StageCache } from '../cache/stage-cache.js';
import { digestOf } from '../plan/fingerprint.js';
import { executeStage } from '../run/execute-stage.js';
import { filesOf } from '../run/stage-inputs.js';
import { stageOf } from '../stage.js';
import { MemoryStore } from '../testing/memory-store.js';
import { type ToyWorkspace, toyWorkspace } from '../testing/toy-workspace.js';
import { auditStore } from './audit.js';
import { parseTask, type RemoteTask, taskBytes } from './remote-task.js';

let toy: ToyWorkspace;
let store: MemoryStore;
beforeEach(async () => {
  toy = toyWorkspace();
  store = new MemoryStore();
  await toy.run('a', { shared: { store, writeAs: async () => 'toy-kind' } });
  toy.ran.length = 0;
});

const none = { 'other-kind': 0, 'other-build': 0, 'task-gone': 0, 'inputs-gone': 0, damaged: 0 };

function audit(options: { kind?: string; anyKind?: boolean; sample?: number; seed?: number; stages?: string[] } = {}) {
  const { kind = 'toy-kind', sample = 10, seed = 1, anyKind } = options;
  const folder = mkdtempSync(join(tmpdir(), 'etude-audit-'));
  const cache = new StageCache(join(folder, '.etude', 'cache'), { warn() {} });
  const stages = toy.stages.filter(({ name }) => options.stages?.includes(name) ?? true);
  return auditStore({
    ...{ store, stages, folder, kind, anyKind, sample, seed, signal: new AbortController().signal },
    executor: {
      execute: (task, hooks) =>
        executeStage(task, { stage: stageOf(stages, task.present), cache, files: filesOf(task.files) }, hooks),
    },
  });
}

const bytesOf = (key: string) => store.objects.get(key)!;
/** The key of the record of a stage, and what it says. */
function recordOf(stage: string): { key: string; record: CachedStage; task: RemoteTask } {
  for (const key of store.objects.keys()) {
    if (!key.startsWith('ac/')) continue;
    const record = parseRecord(bytesOf(key))!;
    const task = parseTask(bytesOf(`cas/${record.task}`));
    if (task.present.stage === stage) return { key, record, task };
  }
  throw new Error(`no record of ${stage}`);
}
const put = (bytes: Uint8Array) => {
  store.objects.set(`cas/${digestOf(bytes)}`, bytes);
  return digestOf(bytes);
};
const replace = (key: string, record: CachedStage) => store.objects.set(key, Buffer.from(JSON.stringify(record)));

it('runs all that it can run, and finds nothing where nothing is forged', async () => {
  expect(await audit()).toEqual({ records: 4, compared: 4, suspect: [], skipped: none });
  expect([...toy.ran].sort()).toEqual(['head', 'join', 'read', 'split']);
});

it('takes the same sample for the same seed', async () => {
  const ran = async (seed: number) => {
    toy.ran.length = 0;
    await audit({ sample: 2, seed });
    return [...toy.ran];
  };
  expect(await ran(3)).toHaveLength(2);
  expect(await ran(3)).toEqual(await ran(3));
  const all = new Set<string>();
  for (let seed = 0; seed < 20; seed++) all.add((await ran(seed)).join());
  expect(all.size).toBeGreaterThan(3);
});

it('finds a forged artifact', async () => {
  const { key, record } = recordOf('head');
  const digest = put(Buffer.from('xyz'));
  replace(key, { ...record, outputs: { text: [{ digest, bytes: 3 }] } });
  expect((await audit()).suspect).toEqual([
    {
      ...{ fingerprint: key.slice(3), stage: 'head', madeOn: 'toy-kind' },
      why: `text: ${digest.slice(0, 12)} instead of ${digestOf('abc').slice(0, 12)}`,
    },
  ]);
});

it('finds a record that names other content of the store, or less of it, or other outputs', async () => {
  const { key, record } = recordOf('split');
  const [first] = record.outputs.parts!;
  for (const outputs of [{ parts: [first!, first!] }, { parts: [first!] }, { text: [first!] }]) {
    replace(key, { ...record, outputs });
    expect((await audit()).suspect).toMatchObject([{ fingerprint: key.slice(3), stage: 'split' }]);
  }
});

it('knows records that are for one kind of machine, and finds one that another has made', async () => {
  const { key, record } = recordOf('head');
  store.objects.set(`${key}.toy-kind`, store.objects.get(key)!);
  expect(await audit()).toEqual({ records: 5, compared: 5, suspect: [], skipped: none });
  replace(`${key}.toy-kind`, { ...record, madeOn: 'v1.2' });
  expect((await audit()).suspect).toMatchObject([{ stage: 'head', why: 'it is for machines of kind toy-kind' }]);
});

it('finds a record with the task of another stage, or one that is none', async () => {
  const { key, record } = recordOf('head');
  const other = recordOf('split').record.task!;
  replace(key, { ...record, task: other });
  expect((await audit()).suspect).toMatchObject([{ stage: 'split', why: 'its task is that of another stage' }]);
  replace(key, { ...record, task: put(Buffer.from('{"present":1}')) });
  expect((await audit()).suspect).toMatchObject([{ why: 'what should be the task of a stage is none' }]);
});

it('finds a record that does not say what it was made from', async () => {
  const { key, record } = recordOf('head');
  const { task: _, ...silent } = record;
  replace(key, silent);
  expect((await audit()).suspect).toMatchObject([
    { fingerprint: key.slice(3), why: 'it does not say what it was made from' },
  ]);
});

it('finds a task that says to be another', async () => {
  const { key, record, task } = recordOf('head');
  const params = { ...task.params, letters: 2 };
  // The digest is right, and what came out is what these parameters give.
  const forged = put(taskBytes({ ...task, params }));
  replace(key, { ...record, outputs: { text: [{ digest: put(Buffer.from('ab')), bytes: 2 }] }, task: forged });
  expect((await audit()).suspect).toMatchObject([{ stage: 'head', why: 'the task of head is not what it says' }]);
  const threads = put(taskBytes({ ...task, params: { ...task.params, threads: 'all' } }));
  replace(key, { ...record, task: threads });
  expect((await audit()).suspect).toMatchObject([{ why: 'the task of head is not what it says' }]);
});

it('counts what it cannot compare', async () => {
  expect(await audit({ kind: 'other' })).toMatchObject({ compared: 0, skipped: { ...none, 'other-kind': 4 } });
  expect(toy.ran).toEqual([]);
  expect(await audit({ kind: 'other', anyKind: true })).toMatchObject({ compared: 4, suspect: [], skipped: none });
  expect(await audit({ stages: ['read'] })).toMatchObject({ compared: 1, skipped: { ...none, 'other-build': 3 } });
  const { task } = recordOf('head').record;
  const split = recordOf('split').key;
  store.objects.set(`cas/${task}`, Buffer.from('{'));
  store.objects.set(`cas/${digestOf('abcd')}`, Buffer.from('abce'));
  store.objects.set(split, Buffer.from('{'));
  expect(await audit()).toMatchObject({
    ...{ compared: 1, suspect: [] },
    skipped: { ...none, 'task-gone': 1, 'inputs-gone': 1, damaged: 1 },
  });
  store.objects.delete(`cas/${task}`);
  expect(await audit()).toMatchObject({ skipped: { 'task-gone': 1 } });
});

it('says that a stage fails here', async () => {
  const { key } = recordOf('head');
  toy.stages.find(({ name }) => name === 'head')!.run = () => {
    throw new Error('no such letters');
  };
  expect((await audit()).suspect).toMatchObject([{ fingerprint: key.slice(3), why: 'it fails here: no such letters' }]);
});
