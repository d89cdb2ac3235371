import { existsSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { objectStoreContract } from '../testing/object-store-contract.js';
import { folderStore } from './folder-store.js';

const folder = () => mkdtempSync(join(tmpdir(), 'etude-folder-store-'));

describe('a folder', () => {
  const store = folderStore(join(folder(), 'made-when-needed'));
  objectStoreContract(() => store);
});

it('objects are files', async () => {
  const at = folder();
  await folderStore(at).put('cas/abc', new Uint8Array([1, 2]));
  expect([...readFileSync(join(at, 'cas', 'abc'))]).toEqual([1, 2]);
  expect(readdirSync(at).sort()).toEqual(['.partial', 'cas']);
  expect(readdirSync(join(at, '.partial'))).toEqual([]);
});

it('lists only objects', async () => {
  const at = folder();
  const store = folderStore(at);
  await store.put('cas/abc', new Uint8Array(3));
  writeFileSync(join(at, 'cas', '.nfs0001'), 'of NFS');
  writeFileSync(join(at, '.partial', 'rest'), 'half');
  const keys = [];
  for await (const { key } of store.list('')) keys.push(key);
  expect(keys).toEqual(['cas/abc']);
});

it('removes what writers of another machine left an hour ago', async () => {
  const at = folder();
  await folderStore(at).put('one', new Uint8Array(1));
  const [old, recent] = ['old', 'recent'].map((name) => join(at, '.partial', `${name}.00000000-1-1.00000000.tmp`));
  for (const path of [old!, recent!]) writeFileSync(path, 'half');
  utimesSync(old!, 0, 0);
  await folderStore(at).put('two', new Uint8Array(1));
  expect([old, recent].map((path) => existsSync(path!))).toEqual([false, true]);
});
