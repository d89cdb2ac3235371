import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ObjectStore } from '../shared/object-store.js';

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();
const bytes = (content: string) => new Uint8Array(Buffer.from(content));

/** What every store does: tests of an empty one. */
export function objectStoreContract(open: () => ObjectStore): void {
  const keysOf = async (store: ObjectStore, prefix: string) => {
    const keys = [];
    for await (const { key } of store.list(prefix)) keys.push(key);
    return keys;
  };

  it('has what was put there, and nothing else', async () => {
    const store = open();
    expect(await store.get('cas/none')).toBeUndefined();
    expect(await store.put('cas/one', bytes('content'))).toBe(true);
    expect(text(await store.get('cas/one'))).toBe('content');
    expect(await store.get('cas')).toBeUndefined();
    expect(await store.get('cas/one/more')).toBeUndefined();
  });

  it('has objects of no bytes and of many', async () => {
    const store = open();
    const large = randomBytes(20_000_000);
    await store.put('size/none', new Uint8Array());
    await store.put('size/large', large);
    expect((await store.get('size/none'))?.length).toBe(0);
    const digest = (of: Uint8Array) => createHash('sha256').update(of).digest('hex');
    expect(digest((await store.get('size/large'))!)).toBe(digest(large));
  });

  it('replaces an object, and keeps it where it may only be added', async () => {
    const store = open();
    expect(await store.put('ac/x', bytes('first'), { ifAbsent: true })).toBe(true);
    expect(await store.put('ac/x', bytes('second'), { ifAbsent: true })).toBe(false);
    expect(text(await store.get('ac/x'))).toBe('first');
    expect(await store.put('ac/x', bytes('third'))).toBe(true);
    expect(text(await store.get('ac/x'))).toBe('third');
  });

  it('takes an object from one of 20 writers that race', async () => {
    const store = open();
    const writers = Array.from({ length: 20 }, (_, writer) => bytes(`writer ${writer}`));
    const results = await Promise.all(writers.map((each) => store.put('ac/race', each, { ifAbsent: true })));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(text(await store.get('ac/race'))).toBe(`writer ${results.indexOf(true)}`);
  });

  it('removes an object, also one that is not there', async () => {
    const store = open();
    await store.put('gone', bytes('soon'));
    await store.remove('gone');
    await store.remove('gone');
    expect(await store.get('gone')).toBeUndefined();
    expect(await store.put('gone', bytes('back'), { ifAbsent: true })).toBe(true);
  });

  it('lists objects by their beginnings, in order, with sizes and times', async () => {
    const store = open();
    for (const key of ['list/b/2', 'list/b-1', 'list/b/10', 'list/a', 'lists']) await store.put(key, bytes(key));
    expect(await keysOf(store, 'list/')).toEqual(['list/a', 'list/b-1', 'list/b/10', 'list/b/2']);
    expect(await keysOf(store, 'list/b/')).toEqual(['list/b/10', 'list/b/2']);
    expect(await keysOf(store, 'list/b/1')).toEqual(['list/b/10']);
    expect(await keysOf(store, 'list/none')).toEqual([]);
    for await (const { key, bytes: size, modified } of store.list('list/a')) {
      expect([key, size]).toEqual(['list/a', 6]);
      expect(Math.abs(modified.getTime() - Date.now())).toBeLessThan(60_000);
    }
  });

  it('refuses keys that are no names of objects', async () => {
    const store = open();
    for (const key of ['', '/', '../x', 'a//b', 'a/', '.hidden', 'a/../b', 'a b', 'a\\b', 'x'.repeat(513)]) {
      await expect(async () => store.get(key), key).rejects.toThrow('invalid key');
      await expect(async () => store.put(key, bytes('x')), key).rejects.toThrow('invalid key');
      await expect(async () => store.remove(key), key).rejects.toThrow('invalid key');
    }
  });

  it('ends with the reason for which it is aborted', async () => {
    const store = open();
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(store.get('cas/one', signal)).rejects.toThrow('interrupted');
    await expect(store.put('cas/aborted', bytes('x'), { signal })).rejects.toThrow('interrupted');
    expect(await store.get('cas/aborted')).toBeUndefined();
  });
}
