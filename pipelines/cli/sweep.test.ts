import { describe, expect, it } from 'vitest';
import { CliWorkspace } from '../testing/cli-workspace.js';
import { experimentsIn } from './experiments.js';

const SWEEP = `extends: tiny.yaml
sweep:
  grid: { train.units: [4, 8], sample.temperature: [0.9, 1.1] }
`;
interface Told {
  readonly points: readonly {
    readonly point: string;
    readonly status: string;
    readonly values: Readonly<Record<string, unknown>>;
    readonly stages: readonly { readonly name: string; readonly status: string }[];
  }[];
}

describe('etude run of a sweep', () => {
  it('runs each point once, with what they have in common, and compares them', async () => {
    const workspace = new CliWorkspace();
    workspace.write('experiments/sweep.yaml', SWEEP);
    const { code, stdout } = await workspace.etude('run', 'experiments/sweep.yaml', '--json');
    expect(code).toBe(0);
    const { points } = JSON.parse(stdout) as Told;
    expect(points.map(({ point }) => point)).toEqual([
      'units-4,temperature-0.9',
      'units-4,temperature-1.1',
      'units-8,temperature-0.9',
      'units-8,temperature-1.1',
    ]);
    const ran = (stage: string) =>
      points.filter(({ stages }) => stages.some(({ name, status }) => name === stage && status === 'ran')).length;
    expect(['tokenize', 'train', 'sample'].map(ran)).toEqual([1, 2, 4]);
    expect(workspace.read('artifacts/sweep/units-8,temperature-1.1/report.html')).toContain('units-8');

    const again = await workspace.etude('run', 'experiments/sweep.yaml');
    expect(again.stdout).toMatch(/● 1\/4 units-4,temperature-0\.9 {2}0 of 9 stages ran in 0:00, held out \d\.\d{3}\n/);
    expect(again.stdout).toMatch(/4 of 4 points are done; side by side: etude compare sweep\n$/);
    const compared = await workspace.etude('compare', 'sweep', '--json');
    expect(JSON.parse(compared.stdout).points).toHaveLength(4);
    expect(experimentsIn(workspace.folder).map(({ experiment }) => experiment)).toEqual([
      'sweep',
      ...points.map(({ point }) => `sweep/${point}`),
      'tiny',
    ]);
  });

  it('prints its points and nothing else, however many wait for a stage that they have in common', async () => {
    const workspace = new CliWorkspace();
    const threads = Array.from({ length: 16 }, (_, index) => index + 1);
    workspace.write('experiments/sweep.yaml', `extends: tiny.yaml\nsweep: { grid: { train.threads: [${threads}] } }\n`);
    const { code, stdout, stderr } = await workspace.etude('run', 'experiments/sweep.yaml', '--jobs', '2');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/^● /gm)).toHaveLength(16);
  });

  it('goes on where a point fails, and says which', async () => {
    const workspace = new CliWorkspace();
    workspace.write(
      'experiments/sweep.yaml',
      'extends: tiny.yaml\nsweep: { list: [{ extract-track.track: 7 }, { train.units: 4 }] }\n',
    );
    const { code, stdout, stderr } = await workspace.etude('run', 'experiments/sweep.yaml');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^✗ 1\/2 track-7 {2}error: .*there is no track 7/);
    expect(stdout).toMatch(/● 2\/2 units-4 .*\n1 of 2 points are done, 1 failed/);
  });

  it('says what is wrong with a point before any has run', async () => {
    const workspace = new CliWorkspace();
    workspace.write(
      'experiments/sweep.yaml',
      'extends: tiny.yaml\nsweep: { list: [{ train.units: 4 }, { train.unit: 4 }] }\n',
    );
    const { code, stderr } = await workspace.etude('run', 'experiments/sweep.yaml');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^sweep point unit-4: .*unknown key "unit"; did you mean "units"/),
    ]);
  });

  it('goes on where it was stopped', async () => {
    const workspace = new CliWorkspace();
    workspace.write('experiments/sweep.yaml', 'extends: tiny.yaml\nsweep: { grid: { train.steps: [4, 200000] } }\n');
    const { child, finished } = workspace.start(['run', 'experiments/sweep.yaml']);
    await new Promise<void>((seen) => child.stdout!.on('data', (data) => /1\/2/.test(String(data)) && seen()));
    await new Promise((later) => setTimeout(later, 1500));
    child.kill('SIGINT');
    expect((await finished).code).toBe(130);
    workspace.write('experiments/sweep.yaml', 'extends: tiny.yaml\nsweep: { grid: { train.steps: [4, 5] } }\n');
    const { stdout } = await workspace.etude('run', 'experiments/sweep.yaml');
    expect(stdout).toMatch(/1\/2 steps-4 {2}0 of 9 stages ran/);
    expect(stdout).toMatch(/2 of 2 points are done/);
  });

  it('with halving trains the best points to their end and no others', async () => {
    const workspace = new CliWorkspace();
    workspace.write(
      'experiments/sweep.yaml',
      `extends: tiny.yaml
train: { steps: 16 }
sweep:
  grid: { train.learningRate: [0.000001, 0.00001, 0.01, 0.02] }
  halving: { from: 4, factor: 2 }
`,
    );
    const { code, stdout } = await workspace.etude('run', 'experiments/sweep.yaml');
    expect(code).toBe(0);
    expect(stdout.match(/^○ .* stopped after 4 steps, held out \d\.\d{3}$/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^○ 1\/4 learningRate-0\.000001 /m);
    expect(stdout.match(/^○ .* stopped after 8 steps/gm)).toHaveLength(1);
    expect(stdout.match(/^● [34]\/4 learningRate-0\.0[12] .* stages ran in/gm)).toHaveLength(1);
    expect(stdout).toMatch(/\n1 of 4 points are done, 3 stopped early; side by side: etude compare sweep\n$/);
    const compared = await workspace.etude('compare', 'sweep', '--json');
    const { points, warnings } = JSON.parse(compared.stdout);
    const steps = points.map((point: { values: Record<string, unknown> }) => point.values['train.steps']);
    expect([steps.sort(), warnings]).toEqual([[16, 4, 4, 8], []]);
    // It says the same again, and trains nothing.
    const again = await workspace.etude('run', 'experiments/sweep.yaml');
    expect(again.stdout).toMatch(/● .* 0 of 9 stages ran/);
  });
});
