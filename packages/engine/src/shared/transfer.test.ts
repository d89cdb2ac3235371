import { beforeEach, expect, it } from 'vitest';
import { makePlan } from '../index.js';
import { MemoryStore } from '../testing/memory-store.js';
import { type ToyWorkspace, toyWorkspace } from '../testing/toy-workspace.js';
import { Transfer } from './transfer.js';
import { verifyStore } from './verify-store.js';

let toy: ToyWorkspace;
let store: MemoryStore;
beforeEach(() => {
  toy = toyWorkspace();
  store = new MemoryStore();
});

const plan = ({ folder, config, stages }: ToyWorkspace, set: string[] = []) =>
  makePlan({ workspace: folder, config: config('a'), set, stages });
const transfer = ({ folder }: ToyWorkspace, moved: string[] = []) =>
  new Transfer({
    ...{ store, workspace: folder, signal: new AbortController().signal },
    warn: (message) => expect.unreachable(message),
    moved: (stage) => moved.push(stage),
  });

it('pushes what is here, and pulls what is there', async () => {
  await toy.run('a');
  const moved: string[] = [];
  const push = transfer(toy, moved);
  await push.push(plan(toy), 'toy-kind');
  await push.push(plan(toy, ['split.parts=4']), 'toy-kind');
  const bytes = 8 + 3 + 8 + 13;
  const missing = ['a/split', 'a/join'];
  expect(push.result).toEqual({ moved: 4, movedBytes: bytes, there: 0, missing });
  expect(moved).toEqual(['a/read', 'a/head', 'a/split', 'a/join']);
  expect(await verifyStore(store)).toMatchObject({ records: 4, damaged: [] });

  const again = transfer(toy);
  await again.push(plan(toy), 'toy-kind');
  expect(again.result).toMatchObject({ moved: 0, there: 4 });

  const other = toyWorkspace();
  const pull = transfer(other);
  await pull.pull(plan(other));
  await pull.pull(plan(other, ['split.parts=4']));
  expect(pull.result).toEqual({ moved: 4, movedBytes: bytes, there: 0, missing });
  expect(Object.values(await other.statuses('a'))).toEqual(['hit', 'hit', 'hit', 'hit']);
  expect(other.ran).toEqual([]);
});

it('keeps what kind of machine made what it passes on', async () => {
  await toy.run('a');
  await transfer(toy).push(plan(toy), 'first');
  const other = toyWorkspace();
  await transfer(other).pull(plan(other));
  store.objects.clear();
  await transfer(other).push(plan(other), 'second');
  for (const [key, bytes] of store.objects)
    if (key.startsWith('ac/')) expect(JSON.parse(Buffer.from(bytes).toString()).madeOn).toBe('first');
});
