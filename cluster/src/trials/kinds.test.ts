import { expect, it } from 'vitest';
import { digestsIn, trainings, until } from '../testing/trial-cluster.js';
import { useTrialCluster } from '../testing/trial-hooks.js';

const trial = useTrialCluster();

/** Any processor can compute with these, and bits differ from those of other instructions. */
const PLAIN = { ETUDE_INSTRUCTIONS: 'plain' };
const RUN = ['run', 'experiments/trial.yaml'];

it('a run that wants one kind of machine has what that kind computes, from nowhere else', async () => {
  const other = trial.cluster.worker();
  const first = trial.cluster.workspace();
  expect((await trial.cluster.client(first).finished).code).toBe(0);
  expect(digestsIn(first)).toEqual(trial.unbroken);

  const plain = trial.cluster.worker(PLAIN);
  await plain.says(/ ready/);
  const [, kind] = /computes with (\S*-plain-\S*)/.exec(plain.said)!;
  // In a workspace that has what the other kind wrote.
  const { code, stderr } = await trial.cluster.client(first, ...RUN, '--kind', kind!).finished;
  expect([code, stderr]).toEqual([0, '']);
  const { unbroken } = trial;
  expect(digestsIn(first)).not.toEqual(unbroken);
  expect(digestsIn(first)).toEqual(await trial.cluster.unbroken(PLAIN));
  expect(trainings([other])).toEqual({ begun: 1, from: [] });
  expect(trainings([plain])).toEqual({ begun: 1, from: [] });

  // Who wants none takes what came first, and who wants that kind finds it.
  const [second, third] = [trial.cluster.workspace(), trial.cluster.workspace()];
  expect((await trial.cluster.client(second).finished).code).toBe(0);
  expect(digestsIn(second)).toEqual(unbroken);
  expect((await trial.cluster.client(third, ...RUN, '--kind', kind!).finished).code).toBe(0);
  expect(digestsIn(third)).toEqual(digestsIn(first));
  expect(trainings([other, plain])).toEqual({ begun: 2, from: [] });
});

it('a run waits for a worker of the kind that it wants, and says so', async () => {
  const worker = trial.cluster.worker();
  const workspace = trial.cluster.workspace();
  const client = trial.cluster.client(workspace, ...RUN, '--kind', 'none-such');
  await until(() => client.said.includes('no worker of kind none-such has answered lately'));
  await worker.says(/ ready/);
  client.kill('SIGINT');
  expect((await client.finished).code).toBe(130);
  expect(worker.said).not.toContain('attempt 1');
});
