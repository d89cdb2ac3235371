import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { childrenOf } from '../testing/children.js';
import { CliWorkspace } from '../testing/cli-workspace.js';

/** Two points that train for long, and one that is soon done. */
const LONG = `extends: tiny.yaml
sweep: { list: [{ train.steps: 200000 }, { train.steps: 200001 }, { train.steps: 4 }] }
`;
/** Milliseconds from one look to the next. */
const LOOK_EVERY = 50;

function runs(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    await new Promise((later) => setTimeout(later, LOOK_EVERY));
  }
}

/** What a run is at, from its events; a file that is being written begins anew. */
function isTraining(workspace: CliWorkspace, point: string): boolean {
  try {
    return /"event":"progress","stage":"train"/.test(workspace.read(`artifacts/long/${point}/events.jsonl`));
  } catch {
    return false;
  }
}

function digests(workspace: CliWorkspace, experiment: string): unknown {
  const { stages } = JSON.parse(workspace.read(`artifacts/${experiment}/run.json`)) as {
    stages: { name: string; outputs: { path: string; digest: string }[] }[];
  };
  return stages.map(({ name, outputs }) => [name, outputs.map(({ path, digest }) => [path, digest])]);
}

describe.skipIf(process.platform !== 'linux')('etude run --jobs', () => {
  it('leaves the same artifacts as one stage after the other', async () => {
    const [one, two] = [new CliWorkspace(), new CliWorkspace()];
    expect((await one.etude('run', 'experiments/tiny.yaml')).code).toBe(0);
    const { code, stdout } = await two.etude('run', 'experiments/tiny.yaml', '--jobs', '2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^● train .* ran/m);
    expect(digests(two, 'tiny')).toEqual(digests(one, 'tiny'));
    expect(readdirSync(join(two.folder, 'artifacts', 'tiny')).sort()).toEqual(
      readdirSync(join(one.folder, 'artifacts', 'tiny')).sort(),
    );
  });

  it('stops with all that it started, and goes on from there', async () => {
    const workspace = new CliWorkspace();
    workspace.write('experiments/long.yaml', LONG);
    const { child, finished } = workspace.start(['run', 'experiments/long.yaml', '--jobs', '2']);
    await until(() => isTraining(workspace, 'steps-200000') && isTraining(workspace, 'steps-200001'));
    const children = childrenOf(child.pid!);
    expect(children).toHaveLength(2);
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([130, 'stopping; once more to stop at once\n']);
    await until(() => !children.some(runs));
    // Where it stopped, since both have a checkpoint.
    const again = workspace.start(['run', 'experiments/long.yaml', '--jobs', '2']);
    await until(() => /going on from step \d+/.test(workspace.read('artifacts/long/steps-200000/events.jsonl')));
    again.child.kill('SIGINT');
    await again.finished;
  });

  it('ends with the process that started it', async () => {
    const workspace = new CliWorkspace();
    workspace.write('experiments/long.yaml', LONG);
    const { child, finished } = workspace.start(['run', 'experiments/long.yaml', '--jobs', '2']);
    await until(() => isTraining(workspace, 'steps-200000'));
    const children = childrenOf(child.pid!);
    child.kill('SIGKILL');
    await finished;
    await until(() => !children.some(runs));
  });

  it('loses the stage of a process that is killed, and no other', async () => {
    const workspace = new CliWorkspace();
    workspace.write('experiments/long.yaml', LONG.replace(', { train.steps: 200001 }', ''));
    const { child, finished } = workspace.start(['run', 'experiments/long.yaml', '--jobs', '2']);
    await until(() => isTraining(workspace, 'steps-200000'));
    // All processes but the one that trains for long have nothing to do then.
    await until(() => readdirSync(workspace.path('artifacts/long/steps-4')).includes('report.html'));
    for (const each of childrenOf(child.pid!)) process.kill(each, 'SIGKILL');
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(1);
    expect(stdout).toMatch(/● 2\/2 steps-4 .*\n1 of 2 points are done, 1 failed/);
    expect(stderr).toMatch(
      /^✗ 1\/2 steps-200000 {2}error: the process that ran train was killed \(SIGKILL\).*is in \.etude\/logs\/long-steps-200000-train\.log$/m,
    );
  });
});
