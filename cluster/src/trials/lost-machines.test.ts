import { describe, expect, it } from 'vitest';
import { digestsIn, HEARTBEAT, trainings, until } from '../testing/trial-cluster.js';
import { useTrialCluster } from '../testing/trial-hooks.js';

const trial = useTrialCluster();

describe('an experiment on two workers', () => {
  it('leaves what it leaves on this machine', async () => {
    const workers = [trial.cluster.worker(), trial.cluster.worker()];
    const workspace = trial.cluster.workspace();
    const { code, stderr } = await trial.cluster.client(workspace).finished;
    expect([code, stderr]).toEqual([0, '']);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    expect(trainings(workers)).toEqual({ begun: 1, from: [] });
    // Another workspace finds everything.
    const other = trial.cluster.workspace();
    expect((await trial.cluster.client(other).finished).code).toBe(0);
    expect(digestsIn(other)).toEqual(trial.unbroken);
    expect(trainings(workers).begun).toBe(1);
  });

  it('goes on from the checkpoint of a worker that was killed', async () => {
    const [first, second] = [trial.cluster.worker(), trial.cluster.worker()];
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    const trainer = await trial.cluster.trainerOf([first, second]);
    await trial.cluster.checkpoint();
    trainer.kill('SIGKILL');
    const { code, stderr } = await client.finished;
    expect([code, stderr]).toEqual([0, 'warning: train is tried again: no sign of life of its worker came\n']);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    const { begun, from } = trainings([first, second]);
    expect([begun, from.length]).toEqual([2, 1]);
    expect(from[0]).toBeGreaterThan(0);
  });

  it('goes on where the process of a stage was killed', async () => {
    const worker = trial.cluster.worker();
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    await trial.cluster.trainerOf([worker]);
    await trial.cluster.checkpoint();
    worker.killStages();
    const { code, stderr } = await client.finished;
    expect(code, stderr).toBe(0);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    const { begun, from } = trainings([worker]);
    expect([begun, from.length]).toEqual([2, 1]);
    expect(worker.said).toContain('the process that ran train was killed (SIGKILL)');
  });

  it('gives up on a stage whose process dies again and again', async () => {
    const worker = trial.cluster.worker();
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    for (const crash of [1, 2, 3]) {
      await until(() => trainings([worker]).begun === crash);
      worker.killStages();
    }
    const { code, stderr } = await client.finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: the process that ran train was killed \(SIGKILL\).*\(worker on .+\); it has failed like this 3 times$/m,
    );
  });

  it('goes on from where a worker was stopped', async () => {
    const [first, second] = [trial.cluster.worker(), trial.cluster.worker()];
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    const trainer = await trial.cluster.trainerOf([first, second]);
    trainer.kill('SIGINT');
    expect((await trainer.finished).code).toBe(0);
    expect((await client.finished).code).toBe(0);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    const { begun, from } = trainings([first, second]);
    expect([begun, from.length]).toEqual([2, 1]);
  });

  it('comes through a server that is away for longer than the heartbeat and than the SDK tries to reach it', async () => {
    const workers = [trial.cluster.worker(), trial.cluster.worker()];
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    await trial.cluster.trainerOf(workers);
    await trial.cluster.checkpoint();
    await trial.cluster.restartTemporal(8000 * HEARTBEAT);
    const { code, stderr } = await client.finished;
    expect(code, stderr).toBe(0);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    // Whether the server counts the worker as lost or not, no training begins again from nothing.
    const { begun, from } = trainings(workers);
    expect(from).toHaveLength(begun - 1);
  });

  it('is right where two workers run one stage, since one was cut off', async () => {
    const workers = [trial.cluster.worker(), trial.cluster.worker()];
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    const trainer = await trial.cluster.trainerOf(workers);
    await trial.cluster.checkpoint();
    // Its stage goes on, in a process of its own.
    trainer.kill('SIGSTOP');
    const [other] = workers.filter((each) => each !== trainer);
    await other!.says(/ going on from step/);
    trainer.kill('SIGCONT');
    const { code, stderr } = await client.finished;
    expect(code, stderr).toBe(0);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    const { begun, from } = trainings(workers);
    expect([begun, from.length]).toEqual([2, 1]);
  });
});
