import { beforeEach, expect, it } from 'vitest';
import { digestOf } from '../plan/fingerprint.js';
import { MemoryStore } from '../testing/memory-store.js';
import { toyWorkspace } from '../testing/toy-workspace.js';
import { pruneStore } from './prune-store.js';
import { verifyStore } from './verify-store.js';

const DAY = 86_400_000;
let store: MemoryStore;
const writeAs = async () => 'toy-kind';
const run = async (set: string[] = []) => {
  const toy = toyWorkspace();
  await toy.run('a', { shared: { store, writeAs }, set });
  return toy.ran;
};
/** Has what there is be stored so many days ago. */
const age = (days: number) => {
  for (const key of store.objects.keys())
    if (!store.stored.has(key)) store.stored.set(key, new Date(Date.now() - days * DAY));
};
const put = (content: string, key = `cas/${digestOf(content)}`) => store.objects.set(key, Buffer.from(content));
const daysAgo = (days: number) => Date.now() - days * DAY;

beforeEach(async () => {
  store = new MemoryStore();
  await run();
});

it('drops nothing that a record names, or that is of today', async () => {
  age(100);
  put('just written');
  const before = [...store.objects.keys()];
  expect(await pruneStore(store)).toMatchObject({ records: 0, checkpoints: 0, contents: 0, freedBytes: 0 });
  expect([...store.objects.keys()]).toEqual(before);
});

it('drops content that no record names', async () => {
  put('left over');
  age(2);
  const dry = await pruneStore(store, { dryRun: true });
  expect(store.objects.has(`cas/${digestOf('left over')}`)).toBe(true);
  const pruned = await pruneStore(store);
  expect(pruned).toEqual(dry);
  expect(pruned).toMatchObject({ contents: 1, freedBytes: 9 });
  expect(pruned.leftBytes).toBe([...store.objects.values()].reduce((sum, { length }) => sum + length, 0));
  expect(await run()).toEqual([]);
});

it('drops records and checkpoints that are old, with content that newer ones do not name', async () => {
  put('old', `checkpoints/toy/k/000-${digestOf('old')}`);
  age(40);
  put('new', `checkpoints/toy/l/000-${digestOf('new')}`);
  await run(['split.parts=4']);
  age(10);
  // Of the old ones `read` and `head` are there for both.
  const { records, checkpoints, contents } = await pruneStore(store, { storedBefore: daysAgo(30) });
  expect({ records, checkpoints }).toEqual({ records: 4, checkpoints: 1 });
  expect(contents).toBeGreaterThan(3);
  expect((await verifyStore(store)).damaged).toEqual([]);
  expect(store.objects.has(`checkpoints/toy/l/000-${digestOf('new')}`)).toBe(true);
  expect(await run(['split.parts=4'])).toEqual(['read', 'head']);
});

it('spares content that no record names for as long as records are kept', async () => {
  put('the plan of a run of a week');
  age(5);
  expect(await pruneStore(store, { storedBefore: daysAgo(30) })).toMatchObject({ contents: 0 });
  expect(await pruneStore(store)).toMatchObject({ contents: 1 });
});

it('spares what a record names that is written meanwhile', async () => {
  const record = [...store.objects].find(([key]) => key.startsWith('ac/'))!;
  const [key, bytes] = record;
  age(2);
  store.objects.delete(key);
  const list = store.list.bind(store);
  store.list = async function* (prefix: string) {
    yield* list(prefix);
    if (prefix === 'checkpoints/') store.objects.set(key, bytes);
  };
  await pruneStore(store);
  expect((await verifyStore(store)).damaged).toEqual([]);
});
