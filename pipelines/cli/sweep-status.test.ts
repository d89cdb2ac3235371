import { beforeAll, describe, expect, it } from 'vitest';
import { CliWorkspace } from '../testing/cli-workspace.js';

let workspace: CliWorkspace;
const sweep = (units: string) =>
  workspace.write('experiments/sizes.yaml', `extends: tiny.yaml\nsweep: { grid: { train.units: ${units} } }\n`);
beforeAll(async () => {
  workspace = new CliWorkspace();
  sweep('[4, 5]');
  expect(await workspace.etude('run', 'experiments/sizes.yaml')).toMatchObject({ code: 0 });
});

describe('a sweep', () => {
  it('is told by etude status as points that are done and that would run', async () => {
    expect((await workspace.etude('status')).stdout).toMatch(/\nsizes +done \d{4}-.* +2 points: 2 done\n/);
    sweep('[4, 5, 6, 7, 8]');
    const { stdout } = await workspace.etude('status');
    expect(stdout).toMatch(/\nsizes +done \d{4}-.* +5 points: 2 done, 3 would run\n/);
    const { experiments } = JSON.parse((await workspace.etude('status', '--json')).stdout);
    const [{ points }] = experiments.filter(({ experiment }: { experiment: string }) => experiment === 'sizes');
    expect(points).toHaveLength(5);
    expect(points[2]).toMatchObject({ experiment: 'sizes/units-6' });
    expect(points[2].last).toBeUndefined();
  });

  it('is explained as what its points have in common, or point by point', async () => {
    sweep('[4, 5]');
    const explain = (...args: string[]) =>
      workspace.etude('explain', 'experiments/sizes.yaml', '--stage', 'train', ...args);
    const common = (await explain()).stdout;
    expect(common).toMatch(/^what the 2 points of the sweep have in common; of one of them: --point units-4\n\ntrain /);
    expect(common).toMatch(/\n {2}units +8 +experiments\/tiny\.yaml:6\n/);
    const one = (await explain('--point', 'units-5')).stdout;
    expect(one).toMatch(/^train {2}version \d+, in the cache\n/);
    expect(one).toMatch(/\n {2}units +5 +sweep point units-5\n/);
    expect((await explain('--point', 'unit-5')).stderr).toBe(
      '--point unit-5: the sweep has no point "unit-5"; did you mean "units-5"?\n',
    );
    const { code, stderr } = await workspace.etude('explain', 'experiments/tiny.yaml', '--point', 'units-5');
    expect([code, stderr]).toEqual([2, '--point units-5: the experiment has no sweep, so it has no points\n']);
  });

  it('has the stages of each point in etude graph', async () => {
    const { stdout } = await workspace.etude('graph', 'experiments/sizes.yaml');
    expect(stdout).toMatch(/^the stages of each of the 2 points of the sweep\n\nstage +reads +writes\nextract-track /);
  });
});
