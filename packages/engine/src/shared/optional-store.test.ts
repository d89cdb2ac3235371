import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../testing/memory-store.js';
import { OptionalStore, StoreAway } from './optional-store.js';

describe('a store that is there', () => {
  const memory = new MemoryStore();
  const store = new OptionalStore(async () => memory);
  it('is opened when it is needed, and does what it does', async () => {
    expect(await store.put('cas/one', new Uint8Array([1]))).toBe(true);
    expect(await store.get('cas/one')).toEqual(new Uint8Array([1]));
    const keys = [];
    for await (const { key } of store.list('')) keys.push(key);
    expect(keys).toEqual(['cas/one']);
    expect(store.problem).toBeUndefined();
  });
});

describe('a store that is away', () => {
  it('tells so once, and is not asked again', async () => {
    let asked = 0;
    const store = new OptionalStore(async () => {
      asked++;
      throw new Error('no route to host');
    });
    const words = 'the shared cache is not used from here on: no route to host';
    const answers = await Promise.allSettled([store.get('a'), store.get('b'), store.put('c', new Uint8Array())]);
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([
      { status: 'rejected', reason: new StoreAway(words) },
    ]);
    expect(await store.get('a')).toBeUndefined();
    expect(await store.put('a', new Uint8Array())).toBe(false);
    for await (const _ of store.list('')) expect.unreachable();
    expect(store.problem).toBe(words);
    expect(asked).toBe(1);
  });

  it('is not waited for', async () => {
    const memory = new MemoryStore();
    memory.get = () => new Promise(() => {});
    const store = new OptionalStore(async () => memory, { patience: 20 });
    await expect(store.get('a')).rejects.toThrow('no answer within 0.02 s');
  });

  it('stays in use where its user stops waiting', async () => {
    const memory = new MemoryStore();
    memory.get = () => new Promise(() => {});
    const store = new OptionalStore(async () => memory);
    await expect(store.get('a', AbortSignal.abort(new Error('interrupted')))).rejects.toThrow('interrupted');
    expect(store.problem).toBeUndefined();
  });
});
