import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestsIn, HEARTBEAT, TrialCluster, trainings } from '../testing/trial-cluster.js';

let cluster: TrialCluster;
let unbroken: unknown;
beforeAll(async () => {
  cluster = await TrialCluster.start();
  unbroken = await cluster.unbroken();
}, 600_000);
beforeEach(() => cluster.emptyStore());
afterEach(() => cluster.endAll());
afterAll(() => cluster?.close());

describe('an experiment on two workers', () => {
  it('leaves what it leaves on this machine', async () => {
    const workers = [cluster.worker(), cluster.worker()];
    const workspace = cluster.workspace();
    const { code, stderr } = await cluster.client(workspace).finished;
    expect([code, stderr]).toEqual([0, '']);
    expect(digestsIn(workspace)).toEqual(unbroken);
    expect(trainings(workers)).toEqual({ begun: 1, from: [] });
    // Another workspace finds everything.
    const other = cluster.workspace();
    expect((await cluster.client(other).finished).code).toBe(0);
    expect(digestsIn(other)).toEqual(unbroken);
    expect(trainings(workers).begun).toBe(1);
  });

  it('goes on from the checkpoint of a worker that was killed', async () => {
    const [first, second] = [cluster.worker(), cluster.worker()];
    const workspace = cluster.workspace();
    const client = cluster.client(workspace);
    const trainer = await cluster.trainerOf([first, second]);
    await cluster.hasCheckpoint();
    trainer.kill('SIGKILL');
    const { code, stderr } = await client.finished;
    expect([code, stderr]).toEqual([0, 'warning: train is tried again: its worker gave no sign of life\n']);
    expect(digestsIn(workspace)).toEqual(unbroken);
    const { begun, from } = trainings([first, second]);
    expect([begun, from.length]).toEqual([2, 1]);
    expect(from[0]).toBeGreaterThan(0);
  });

  it('goes on from where a worker was stopped', async () => {
    const [first, second] = [cluster.worker(), cluster.worker()];
    const workspace = cluster.workspace();
    const client = cluster.client(workspace);
    const trainer = await cluster.trainerOf([first, second]);
    trainer.kill('SIGINT');
    expect((await trainer.finished).code).toBe(0);
    expect((await client.finished).code).toBe(0);
    expect(digestsIn(workspace)).toEqual(unbroken);
    const { begun, from } = trainings([first, second]);
    expect([begun, from.length]).toEqual([2, 1]);
  });

  it('comes through a server that is away for longer than the heartbeat', async () => {
    const workers = [cluster.worker(), cluster.worker()];
    const workspace = cluster.workspace();
    const client = cluster.client(workspace);
    await cluster.trainerOf(workers);
    await cluster.hasCheckpoint();
    await cluster.restartTemporal(1500 * HEARTBEAT);
    const { code } = await client.finished;
    expect(code).toBe(0);
    expect(digestsIn(workspace)).toEqual(unbroken);
    // Whether the server counts the worker as lost or not, no training begins again from nothing.
    const { begun, from } = trainings(workers);
    expect(from).toHaveLength(begun - 1);
  });

  it('is right where two workers run one stage, since one was cut off', async () => {
    const workers = [cluster.worker(), cluster.worker()];
    const workspace = cluster.workspace();
    const client = cluster.client(workspace);
    const trainer = await cluster.trainerOf(workers);
    await cluster.hasCheckpoint();
    // Its stage goes on, in a process of its own.
    trainer.kill('SIGSTOP');
    const [other] = workers.filter((each) => each !== trainer);
    await other!.says(/ going on from step/);
    trainer.kill('SIGCONT');
    const { code } = await client.finished;
    expect(code).toBe(0);
    expect(digestsIn(workspace)).toEqual(unbroken);
    const { begun, from } = trainings(workers);
    expect([begun, from.length]).toEqual([2, 1]);
  });
});
