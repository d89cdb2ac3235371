import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../plan/fingerprint.js';
import { MemoryStore } from '../testing/memory-store.js';
import { type ToyWorkspace, toyWorkspace } from '../testing/toy-workspace.js';
import { OptionalStore } from './optional-store.js';

const writeAs = async () => 'toy-kind';
const everything = (status: string) => ({ read: status, head: status, split: status, join: status });

let store: MemoryStore;
let warnings: string[];
const observer = { warning: (line: string) => warnings.push(line) };
/** Runs the experiment of a workspace, which may write to the store. */
const publish = (toy: ToyWorkspace) => toy.run('a', { shared: { store, writeAs } });
const recordsIn = () =>
  [...store.objects]
    .filter(([key]) => key.startsWith('ac/'))
    .map(([, bytes]) => JSON.parse(Buffer.from(bytes).toString()));

beforeEach(() => {
  store = new MemoryStore();
  warnings = [];
});

describe('a run with a shared cache', () => {
  it('reads what another machine has written, and has it from then on', async () => {
    const [one, two] = [toyWorkspace(), toyWorkspace()];
    const { record } = await publish(one);
    const fetched = await two.run('a', { shared: { store }, observer });
    expect(two.ran).toEqual([]);
    const outputs = ({ stages }: typeof record) => stages.map(({ name, outputs }) => [name, outputs]);
    expect(outputs(fetched.record)).toEqual(outputs(record));
    expect(fetched.record.stages.map(({ status, reasons, madeOn }) => [status, reasons, madeOn])).toEqual(
      record.stages.map(() => ['hit', ['from the shared cache'], 'toy-kind']),
    );
    expect(await two.statuses('a')).toEqual(everything('hit'));
    expect(warnings).toEqual([]);
  });

  it('writes nothing unless that is wanted', async () => {
    await toyWorkspace().run('a', { shared: { store } });
    expect(store.objects.size).toBe(0);
  });

  it('shares with a record what it was made from', async () => {
    await publish(toyWorkspace());
    for (const { task, madeOn } of recordsIn()) {
      expect(madeOn).toBe('toy-kind');
      expect(store.objects.has(`cas/${task}`)).toBe(true);
    }
    const tasks = recordsIn().map(({ task }) => JSON.parse(Buffer.from(store.objects.get(`cas/${task}`)!).toString()));
    const read = tasks.find(({ present }) => present.name === 'read');
    expect(read.files).toEqual({ source: [{ path: 'text.txt', name: 'text.txt', digest: digestOf('abcdefgh') }] });
    expect(store.objects.has(`cas/${digestOf('abcdefgh')}`)).toBe(true);
  });

  it('takes nothing of another kind of machine where one is wanted, also not from this one', async () => {
    await publish(toyWorkspace());
    const two = toyWorkspace();
    const wanting = (kind: string) => two.statuses('a', { shared: { store, kind } });
    expect(await wanting('other')).toEqual(everything('ran'));
    expect(await wanting('toy-kind')).toEqual(everything('hit'));
    expect(await wanting('other')).toEqual(everything('ran'));
  });

  it('of a dry run brings nothing here', async () => {
    await publish(toyWorkspace());
    const two = toyWorkspace();
    expect(await two.statuses('a', { shared: { store }, dryRun: true })).toEqual(everything('hit'));
    expect(await two.statuses('a', { dryRun: true })).toMatchObject({ read: 'would-run' });
  });

  it('makes what is damaged, and removes it only where it may write', async () => {
    await publish(toyWorkspace());
    const key = `cas/${digestOf('abcd')}`;
    store.objects.set(key, Buffer.from('abce'));
    const two = toyWorkspace();
    await two.run('a', { shared: { store }, observer });
    expect(two.ran).toEqual(['split']);
    expect(warnings).toEqual(['artifact 88d4266fd4e6 in the shared cache is damaged; it is not used']);
    await toyWorkspace().run('a', { shared: { store, writeAs } });
    expect(Buffer.from(store.objects.get(key)!).toString()).toBe('abcd');
  });

  it('refuses a record of other sizes than its artifacts', async () => {
    await publish(toyWorkspace());
    for (const [key, bytes] of store.objects)
      if (key.startsWith('ac/'))
        store.objects.set(key, Buffer.from(Buffer.from(bytes).toString().replaceAll('"bytes":', '"bytes":9')));
    const two = toyWorkspace();
    await two.run('a', { shared: { store } });
    expect(two.ran).toHaveLength(4);
  });

  it('brings an artifact that went away here since its stage was looked at', async () => {
    const one = toyWorkspace();
    await publish(one);
    const two = toyWorkspace();
    const shared = { store };
    const path = join(two.folder, '.etude', 'cache', 'content-v2', 'sha256');
    const stageDone = ({ name }: { name: string }) => {
      if (name === 'head') rmSync(path, { recursive: true });
    };
    for (const key of store.objects.keys())
      if (key.startsWith('ac/') && !Buffer.from(store.objects.get(key)!).toString().includes(digestOf('abc')))
        if (!Buffer.from(store.objects.get(key)!).toString().includes(digestOf('abcdefgh'))) store.objects.delete(key);
    const { error } = await two.run('a', { shared, observer: { ...observer, stageDone } });
    expect(error).toBeUndefined();
    expect(two.ran).toEqual(['split', 'join']);
  });

  it('goes on without a store that is away, with one warning', async () => {
    let asked = 0;
    const away = new OptionalStore(async () => {
      asked++;
      throw new Error('it is unplugged');
    });
    const toy = toyWorkspace();
    const { error } = await toy.run('a', { shared: { store: away, writeAs }, observer });
    expect(error).toBeUndefined();
    expect(toy.ran).toHaveLength(4);
    expect(warnings).toEqual(['the shared cache is not used from here on: it is unplugged']);
    expect(asked).toBe(1);
  });

  it('goes on where the store takes nothing', async () => {
    store.put = async () => {
      throw new Error('the disk is full');
    };
    const toy = toyWorkspace();
    const shared = { store: new OptionalStore(async () => store), writeAs };
    expect((await toy.run('a', { shared, observer })).error).toBeUndefined();
    expect(warnings).toEqual(['the shared cache is not used from here on: the disk is full']);
  });
});
