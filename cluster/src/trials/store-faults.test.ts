import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestsIn, TrialCluster, trainings } from '../testing/trial-cluster.js';

let cluster: TrialCluster;
let unbroken: unknown;
beforeAll(async () => {
  cluster = await TrialCluster.start();
  unbroken = await cluster.unbroken();
}, 600_000);
beforeEach(() => cluster.emptyStore());
afterEach(() => cluster.endAll());
afterAll(() => cluster?.close());

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a run whose workers have a bad store', () => {
  it('comes through errors, damage and silence', async () => {
    const workers = [cluster.worker(), cluster.worker()];
    const workspace = cluster.workspace();
    const faults = [{ status: 500 }, { status: 503, code: 'SlowDown' }, 'truncated', 'flipped answer', 'lost'] as const;
    // One that says nothing is given up after half a minute.
    cluster.proxy.faults = Array.from({ length: 400 }, (_, request) =>
      request === 20 ? 'silent' : request % 4 === 1 ? faults[(request >> 2) % faults.length]! : 'none',
    );
    const { code, stderr } = await cluster.client(workspace).finished;
    expect([code, stderr]).toEqual([0, '']);
    expect(cluster.proxy.faults.length).toBeLessThan(340);
    expect(digestsIn(workspace)).toEqual(unbroken);
    const { begun, from } = trainings(workers);
    expect(from).toHaveLength(begun - 1);
  });

  it('waits for one that is full, and goes on when there is room', async () => {
    const worker = cluster.worker();
    const workspace = cluster.workspace();
    const client = cluster.client(workspace);
    await cluster.trainerOf([worker]);
    cluster.proxy.lasting = { status: 507, code: 'InsufficientStorage' };
    await worker.says(/full|storage/i);
    cluster.proxy.lasting = 'none';
    expect((await client.finished).code).toBe(0);
    expect(digestsIn(workspace)).toEqual(unbroken);
  });

  it('makes again what is damaged or lost in it', async () => {
    const workers = [cluster.worker(), cluster.worker()];
    const first = cluster.workspace();
    expect((await cluster.client(first).finished).code).toBe(0);
    await cluster.endAll();
    // A byte of one song is another, and the trained model is gone.
    const model = digestOf(first.bytes('artifacts/trial/train/model.safetensors'));
    const song = digestOf(first.bytes('artifacts/trial/render/song-1.mid'));
    const bytes = Buffer.from((await cluster.store.get(`cas/${song}`))!);
    bytes[40]! ^= 1;
    await cluster.store.put(`cas/${song}`, bytes);
    await cluster.store.remove(`cas/${model}`);
    workers.push(cluster.worker(), cluster.worker());
    const second = cluster.workspace();
    const { code, stderr } = await cluster.client(second).finished;
    expect(code).toBe(0);
    expect(stderr).toMatch(/lost in the store; made again/);
    expect(digestsIn(second)).toEqual(unbroken);
    expect(digestOf((await cluster.store.get(`cas/${song}`))!)).toBe(song);
    expect(digestOf((await cluster.store.get(`cas/${model}`))!)).toBe(model);
  });

  it('drops a record that is none', async () => {
    const worker = cluster.worker();
    const first = cluster.workspace();
    expect((await cluster.client(first).finished).code).toBe(0);
    const records = await cluster.keys('ac/');
    for (const key of records) await cluster.store.put(key, Buffer.from('{"outputs":{}}'));
    const second = cluster.workspace();
    expect((await cluster.client(second).finished).code).toBe(0);
    expect(digestsIn(second)).toEqual(unbroken);
    expect(worker.said.match(/stage record \w+ in the shared cache is damaged/g)).toHaveLength(records.length);
  });
});
