import { cpSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { digestsIn, trainings, until } from '../testing/trial-cluster.js';
import { useTrialCluster } from '../testing/trial-hooks.js';

const trial = useTrialCluster();

describe('runs that want the same stage', () => {
  it('share it, and the one that leaves does not stop it', async () => {
    const workers = [trial.cluster.worker(), trial.cluster.worker()];
    const [first, second] = [trial.cluster.workspace(), trial.cluster.workspace()];
    const leaving = trial.cluster.client(first);
    await trial.cluster.trainerOf(workers);
    const staying = trial.cluster.client(second);
    await until(async () => (await trial.cluster.runsOf('train')) === 2);
    leaving.kill('SIGINT');
    const left = await leaving.finished;
    expect([left.code, left.stderr]).toEqual([130, expect.stringMatching(/✗ train +interrupted/)]);
    expect(first.read('artifacts/trial/events.jsonl')).toMatch(/"event":"ended","status":"interrupted".*\n$/);
    expect((await staying.finished).code).toBe(0);
    expect(digestsIn(second)).toEqual(trial.unbroken);
    expect(trainings(workers)).toEqual({ begun: 1, from: [] });
  });

  it('stop it when the last has left, and find its checkpoint', async () => {
    const workers = [trial.cluster.worker(), trial.cluster.worker()];
    const workspaces = [trial.cluster.workspace(), trial.cluster.workspace()];
    const clients = workspaces.map((each) => trial.cluster.client(each));
    const trainer = await trial.cluster.trainerOf(workers);
    await until(async () => (await trial.cluster.runsOf('train')) === 2);
    for (const client of clients) client.kill('SIGINT');
    for (const client of clients) expect((await client.finished).code).toBe(130);
    await trainer.says(/: stopped/);
    expect(trainings(workers).begun).toBe(1);
    const again = trial.cluster.client(workspaces[0]!);
    expect((await again.finished).code).toBe(0);
    expect(digestsIn(workspaces[0]!)).toEqual(trial.unbroken);
    const { begun, from } = trainings(workers);
    expect([begun, from.length]).toEqual([2, 1]);
  });
});

describe('a client', () => {
  it('whose terminal was closed leaves its run going on', async () => {
    const workers = [trial.cluster.worker(), trial.cluster.worker()];
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    await trial.cluster.trainerOf(workers);
    client.kill('SIGHUP');
    expect((await client.finished).code).toBe(130);
    expect((await trial.cluster.client(workspace).finished).code).toBe(0);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    expect(trainings(workers)).toEqual({ begun: 1, from: [] });
  });

  it('ends by Ctrl-C where no worker is there to stop its run, which stops as soon as one is', async () => {
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    await client.says(/no worker of this build/);
    client.kill('SIGINT');
    const { code, stderr } = await client.finished;
    expect(code).toBe(130);
    expect(stderr).toContain('the run stops when a worker answers');
    const worker = trial.cluster.worker();
    await worker.says(/ ready/);
    await until(async () => (await trial.cluster.runs()) === 0);
    expect(trainings([worker]).begun).toBe(0);
  });

  it('that was killed finds its run again', async () => {
    const workers = [trial.cluster.worker(), trial.cluster.worker()];
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    await trial.cluster.trainerOf(workers);
    client.kill('SIGKILL');
    await client.finished;
    const { code, stderr } = await trial.cluster.client(workspace, 'attach', 'experiments/trial.yaml').finished;
    expect([code, stderr]).toEqual([0, '']);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
    expect(trainings(workers)).toEqual({ begun: 1, from: [] });
  });

  it('is told what is wrong with an experiment, once', async () => {
    const worker = trial.cluster.worker();
    const workspace = trial.cluster.workspace();
    workspace.write('experiments/trial.yaml', 'extends: tiny.yaml\nextract-track: { track: 7 }\n');
    const { code, stderr } = await trial.cluster.client(workspace).finished;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/there is no track 7/)]);
    expect(worker.said.match(/attempt \d/g)).toEqual(['attempt 1']);
  });

  it('says that no worker of its build is there, and a worker of another build takes nothing', async () => {
    const other = trial.cluster.worker({}, anotherBuild());
    await other.says(/ready: build/);
    const workspace = trial.cluster.workspace();
    const client = trial.cluster.client(workspace);
    await client.says(/no worker of this build of Etude \(\w+\) answers yet/);
    const own = trial.cluster.worker();
    expect((await client.finished).code).toBe(0);
    expect(other.said).not.toMatch(/attempt/);
    expect(own.said).toMatch(/attempt/);
    expect(digestsIn(workspace)).toEqual(trial.unbroken);
  });
});

/** The same program in another place, but for a comment. */
function anotherBuild(): string {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'etude-build-'));
  for (const path of ['pipelines/bin', 'pipelines/dist/bundle', 'pipelines/song.yaml', 'pipelines/package.json'])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  for (const path of ['node_modules', 'package.json', 'scripts', 'packages', 'cluster'])
    symlinkSync(join(root, path), join(folder, path));
  writeFileSync(join(folder, 'pipelines/dist/bundle/another.js'), '// another build\n');
  return join(folder, 'pipelines/bin/etude.js');
}
