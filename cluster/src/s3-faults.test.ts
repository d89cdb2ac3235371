import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@etude/engine';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openStoreThatAnswers } from './open-store.js';
import type { S3Limits } from './s3-client.js';
import { parseS3Location } from './s3-location.js';
import { s3Store } from './s3-store.js';
import { type S3Server, startS3 } from './servers/s3-server.js';
import { hasGo } from './servers/versitygw.js';
import { useCredentials } from './testing/credentials.js';
import { type FaultProxy, startFaultProxy } from './testing/fault-proxy.js';

const go = await hasGo();
const bytes = (content: string) => new Uint8Array(Buffer.from(content));
const text = (content: Uint8Array | undefined) => content && Buffer.from(content).toString();
const endpointOf = ({ url }: S3Server) => parseS3Location(url).endpoint!;

let s3: S3Server;
let proxy: FaultProxy;
beforeAll(async () => {
  s3 = await startS3({ folder: mkdtempSync(join(tmpdir(), 'etude-s3-')), program: 'moto', say: console.error });
  proxy = await startFaultProxy(endpointOf(s3));
}, 600_000);
afterAll(async () => {
  proxy?.close();
  await s3?.stop();
});
beforeEach(() => {
  useCredentials(s3.credentials);
  Object.assign(proxy, { faults: [], lasting: 'none', requests: 0 });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A store behind the proxy. */
const behind = ({ endpoint }: FaultProxy, limits: S3Limits = {}): ObjectStore =>
  s3Store({ bucket: 'etude', prefix: 'faults/', endpoint }, { idleMs: 300, ...limits });

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

it('waits for a store that is away, and not for one that denies access', async () => {
  const location = `s3://etude/waits?endpoint=${proxy.endpoint}`;
  const said: string[] = [];
  const how = { say: (line: string) => said.push(line), signal: new AbortController().signal };
  proxy.lasting = { status: 503, code: 'SlowDown' };
  const opening = openStoreThatAnswers(location, how);
  await vi.waitFor(() => expect(said).toHaveLength(1));
  proxy.lasting = 'none';
  expect(await (await opening).put('a', bytes('content'))).toBe(true);
  expect(said[0]).toMatch(/answered 503 .*; waiting for it$/);
  proxy.lasting = { status: 403, code: 'AccessDenied' };
  await expect(openStoreThatAnswers(location, how)).rejects.toThrow('denies access');
});

it.each([
  { status: 500 },
  { status: 503, code: 'SlowDown' },
  { status: 502, code: 'BadGateway' },
  'silent' as const,
])('tries again after %o', async (fault) => {
  const store = behind(proxy);
  proxy.faults = [fault, fault];
  expect(await store.put('a', bytes('content'))).toBe(true);
  proxy.faults = [fault, fault];
  expect(text(await store.get('a'))).toBe('content');
  proxy.faults = [fault];
  await store.remove('a');
  proxy.faults = [fault];
  expect(await keysOf(store)).not.toContain('a');
});

it.each([
  [
    { status: 500 },
    /^the object store at http:\S+ answered 500 \(InternalError\), in 2 attempts: a fault of the test$/,
  ],
  [{ status: 503, code: 'SlowDown' }, /^the object store at \S+ answered 503 \(SlowDown\), in 2 attempts/],
  [{ status: 507, code: 'InsufficientStorage' }, /^the object store at \S+ is full \(InsufficientStorage\)$/],
  [{ status: 500, code: 'XMinioStorageFull' }, /^the object store at \S+ is full \(XMinioStorageFull\)$/],
  [{ status: 403, code: 'AccessDenied' }, /denies access to the bucket "etude" \(AccessDenied\): check its policy/],
  [{ status: 403, code: 'InvalidAccessKeyId' }, /does not accept the credentials \(InvalidAccessKeyId\): check AWS_/],
  ['silent', /^the object store at \S+ did not answer in time, in 2 attempts$/],
] as const)('gives up after %o, and says why', async (fault, message) => {
  const store = behind(proxy, { attempts: 2 });
  proxy.lasting = fault;
  await expect(store.put('a', bytes('content'))).rejects.toThrow(message);
  await expect(store.get('a')).rejects.toThrow(message);
  await expect(store.remove('a')).rejects.toThrow(message);
  await expect(keysOf(store)).rejects.toThrow(message);
  expect(proxy.requests).toBeLessThanOrEqual(8);
});

it.each([
  'truncated',
  'stalled',
  'flipped answer',
] as const)('fetches an object again that arrives %s', async (fault) => {
  const store = behind(proxy);
  await store.put('broken', bytes('some content'));
  proxy.faults = [fault, fault];
  expect(text(await store.get('broken'))).toBe('some content');
  expect(proxy.requests).toBe(4);
});

it('gives up on an object that always breaks off, and hands out one that is damaged in the store', async () => {
  const store = behind(proxy, { attempts: 2 });
  await store.put('broken', bytes('some content'));
  proxy.lasting = 'truncated';
  await expect(store.get('broken')).rejects.toThrow('broke off');
  proxy.lasting = 'flipped answer';
  expect(text(await store.get('broken'))).not.toBe('some content');
});

it('knows that it stored an object itself where the answer was lost', async () => {
  const store = behind(proxy);
  proxy.faults = ['lost'];
  expect(await store.put('lost', bytes('mine'), { ifAbsent: true })).toBe(true);
  proxy.faults = ['lost'];
  expect(await store.put('lost', bytes('other'), { ifAbsent: true })).toBe(false);
});

it('ends when the time is up, and when it is aborted', async () => {
  proxy.lasting = 'silent';
  const startedAt = Date.now();
  await expect(behind(proxy, { idleMs: 60_000, totalMs: 300 }).get('slow')).rejects.toThrow('took longer than 0.3 s');
  const signal = AbortSignal.timeout(300);
  const aborted = behind(proxy, { idleMs: 60_000 }).get('slow', signal);
  await expect(aborted).rejects.toHaveProperty('name', 'TimeoutError');
  expect(Date.now() - startedAt).toBeLessThan(3000);
});

// moto takes a body that has another checksum than it was sent with.
it.runIf(go)(
  'sends an object again that arrives damaged',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'etude-s3-'));
    const checking = await startS3({ folder, program: 'versitygw', say: console.error });
    const before = await startFaultProxy(endpointOf(checking));
    try {
      useCredentials(checking.credentials);
      before.faults = ['flipped request'];
      expect(await behind(before).put('upload', bytes('some content'))).toBe(true);
      expect(text(await s3Store(parseS3Location(checking.url)).get('faults/upload'))).toBe('some content');
      expect(before.requests).toBe(2);
    } finally {
      before.close();
      await checking.stop();
    }
  },
  900_000,
);
