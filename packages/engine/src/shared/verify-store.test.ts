import { beforeEach, expect, it } from 'vitest';
import { digestOf } from '../plan/fingerprint.js';
import { MemoryStore } from '../testing/memory-store.js';
import { type ToyWorkspace, toyWorkspace } from '../testing/toy-workspace.js';
import { verifyStore } from './verify-store.js';

let toy: ToyWorkspace;
let store: MemoryStore;
const writeAs = async () => 'toy-kind';
const keyOf = (content: string) => `cas/${digestOf(content)}`;
const recordNaming = (content: string) =>
  [...store.objects].find(
    ([key, bytes]) => key.startsWith('ac/') && Buffer.from(bytes).toString().includes(digestOf(content)),
  )![0];

beforeEach(async () => {
  toy = toyWorkspace();
  store = new MemoryStore();
  await toy.run('a', { shared: { store, writeAs } });
  store.objects.set(`checkpoints/toy/k/000-${digestOf('one')}`, Buffer.from('one'));
});

it('finds nothing where all is well', async () => {
  const bytes = [...store.objects.values()].reduce((sum, { length }) => sum + length, 0);
  expect(await verifyStore(store)).toEqual({ objects: store.objects.size, bytes, records: 4, damaged: [] });
});

it('tells what is damaged, and drops it where it is asked to', async () => {
  store.objects.set(keyOf('abcd'), Buffer.from('abce'));
  store.objects.delete(keyOf('abc'));
  store.objects.set(`checkpoints/toy/k/000-${digestOf('one')}`, Buffer.from('two'));
  store.objects.set('ac/9f86', Buffer.from('{'));
  const whole = recordNaming('ab'.concat('c:abcd|efgh'));
  store.objects.set(
    whole,
    Buffer.from(Buffer.from(store.objects.get(whole)!).toString().replace('"bytes":13', '"bytes":12')),
  );
  const expected = [
    { key: keyOf('abcd'), why: 'other bytes than its digest says' },
    { key: 'ac/9f86', why: 'no record of a stage' },
    { key: recordNaming('abcd'), why: 'its artifact 88d4266fd4e6 is missing or damaged' },
    { key: recordNaming('abc'), why: 'its artifact ba7816bf8f01 is missing or damaged' },
    { key: whole, why: `its artifact ${digestOf('abc:abcd|efgh').slice(0, 12)} has 13 bytes` },
    { key: `checkpoints/toy/k/000-${digestOf('one')}`, why: 'other bytes than its digest says' },
  ];
  const { damaged } = await verifyStore(store);
  expect([...damaged].sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(
    expected.sort((a, b) => (a.key < b.key ? -1 : 1)),
  );
  await verifyStore(store, { drop: true });
  expect((await verifyStore(store)).damaged).toEqual([]);
  const other = toyWorkspace();
  await other.run('a', { shared: { store, writeAs } });
  expect(other.ran).toEqual(['head', 'split', 'join']);
  expect((await verifyStore(store)).damaged).toEqual([]);
});
