import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestsIn, trainings, until } from '../testing/trial-cluster.js';
import { useTrialCluster } from '../testing/trial-hooks.js';

const trial = useTrialCluster();

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a run whose workers have a bad store', () => {
  it('comes through errors, damage and silence', async () => {
    const workers = [trial.cluster.worker(), trial.cluster.worker()];
    const workspace = trial.cluster.workspace();
    const faults = [{ status: 500 }, { status: 503, code: 'SlowDown' }, 'truncated', 'flipped answer', 'lost'] as const;
    // One that says nothing is given up after half a minute.
    trial.cluster.proxy.faults = Array.from({ length: 400 }, (_, request) =>
      request === 20 ? 'silent' : request % 4 === 1 ? faults[(request >> 2) % faults.length]! : 'none',
    );
    const { code, stderr } = await trial.cluster.client(workspace).finished;
    expect([code, stderr]).toEqual([0, '']);
    expect(trial.cluster.proxy.faults.length).toBeLessThan(340);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    const { begun, from } = trainings(workers);
    expect(from).toHaveLength(begun - 1);
  });

  it('waits for one that is full, and goes on when there is room', async () => {
    const worker = trial.cluster.worker();
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    await trial.cluster.trainerOf([worker]);
    trial.cluster.proxy.lasting = { status: 507, code: 'InsufficientStorage' };
    await worker.says(/full|storage/i);
    trial.cluster.proxy.lasting = 'none';
    expect((await client.finished).code).toBe(0);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
  });

  it('goes on with another worker where one has no access any more', async () => {
    const denied = trial.cluster.worker();
    await denied.says(/ ready/);
    trial.cluster.proxy.requests = 0;
    trial.cluster.proxy.lasting = { status: 403, code: 'AccessDenied' };
    const workspace = trial.cluster.workspace();
    const startedAt = Date.now();
    const client = trial.cluster.client(workspace);
    await until(() => trial.cluster.proxy.requests > 0);
    trial.cluster.worker(trial.cluster.pastProxy);
    expect((await client.finished).code).toBe(0);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    // After each stage that it could not run it leaves others alone for half a minute.
    const halfMinutes = Math.ceil((Date.now() - startedAt) / 30_000);
    expect(denied.said.match(/stage: .*denies access/g)?.length ?? 0).toBeLessThanOrEqual(halfMinutes);
  });

  it('makes again what is damaged or lost in it', async () => {
    const workers = [trial.cluster.worker(), trial.cluster.worker()];
    const first = trial.cluster.workspace();
    expect((await trial.cluster.client(first).finished).code).toBe(0);
    await trial.cluster.endAll();
    // A byte of one song is another, and the trained model is gone.
    const model = digestOf(first.bytes('artifacts/trial/train/model.safetensors'));
    const song = digestOf(first.bytes('artifacts/trial/render/song-1.mid'));
    const bytes = Buffer.from((await trial.cluster.store.get(`cas/${song}`))!);
    bytes[40]! ^= 1;
    await trial.cluster.store.put(`cas/${song}`, bytes);
    await trial.cluster.store.remove(`cas/${model}`);
    workers.push(trial.cluster.worker(), trial.cluster.worker());
    const second = trial.cluster.workspace();
    const { code, stderr } = await trial.cluster.client(second).finished;
    expect(code).toBe(0);
    expect(stderr).toMatch(/lost in the store; made again/);
    expect(digestsIn(second)).toEqual(trial.unbroken);
    expect(digestOf((await trial.cluster.store.get(`cas/${song}`))!)).toBe(song);
    expect(digestOf((await trial.cluster.store.get(`cas/${model}`))!)).toBe(model);
  });

  it('drops a record that is none', async () => {
    const worker = trial.cluster.worker();
    const first = trial.cluster.workspace();
    expect((await trial.cluster.client(first).finished).code).toBe(0);
    const records = await trial.cluster.keys('ac/');
    for (const key of records) await trial.cluster.store.put(key, Buffer.from('{"outputs":{}}'));
    const second = trial.cluster.workspace();
    expect((await trial.cluster.client(second).finished).code).toBe(0);
    expect(digestsIn(second)).toEqual(trial.unbroken);
    expect(worker.said.match(/stage record \w+ in the shared cache is damaged/g)).toHaveLength(records.length);
  });
});
