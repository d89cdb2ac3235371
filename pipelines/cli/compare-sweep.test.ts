import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CliWorkspace } from '../testing/cli-workspace.js';

let workspace: CliWorkspace;
beforeAll(async () => {
  workspace = new CliWorkspace();
  workspace.write(
    'experiments/sizes.yaml',
    `extends: tiny.yaml
sample: { songs: 1 }
sweep:
  list:
    - { train.units: 4 }
    - { train.units: 16, train.steps: 6 }
    - { train.units: 16, train.steps: 20 }
    - { extract-track.track: 7 }
`,
  );
  expect(await workspace.etude('run', 'experiments/sizes.yaml')).toMatchObject({ code: 1 });
});

/** The cells of a table's lines, without what stands below it. */
const rowsOf = (stdout: string) =>
  stdout
    .split('\n\n')[0]!
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

describe('etude compare of a sweep', () => {
  it('ranks its points by held-out loss, with what is better and what is missing', async () => {
    const { code, stdout } = await workspace.etude('compare', 'sizes');
    expect(code).toBe(0);
    const [head, ...rows] = rowsOf(stdout);
    expect(head!.slice(0, 5)).toEqual([
      'train.units',
      'train.steps',
      'validation',
      'nats-per-note',
      'final-validation',
    ]);
    expect(rows.map((row) => row.slice(0, 2))).toEqual([
      ['16', '20'],
      ['16', '6'],
      ['4', '4'],
    ]);
    const losses = rows.map((row) => Number(row[2]));
    expect(losses).toEqual([...losses].sort((a, b) => a - b));
    expect(stdout).toMatch(
      /\n\nranked by validation \(held-out loss .*\), lower is better\nlower is better for validation, /,
    );
    expect(stdout).toMatch(
      /\n3 of 4 points; 1 failed\n\nparameter +value +points +mean validation +best\ntrain\.units +4 +1 /,
    );
  });

  it('ranks by any measure, also as JSON and Markdown', async () => {
    const { stdout } = await workspace.etude('compare', 'sizes', '--sort', 'notes', '--json');
    const ranking = JSON.parse(stdout);
    expect(ranking).toMatchObject({
      sweep: 'sizes',
      measure: 'notes',
      isLowerBetter: false,
      failed: ['track-7'],
      notRun: [],
    });
    const notes = ranking.points.map(({ measures }: { measures: { notes: number } }) => measures.notes);
    expect(notes).toEqual([...notes].sort((a, b) => a - b));
    expect(ranking.points.find(({ point }: { point: string }) => point === 'units-4').values).toEqual({
      ...{ 'train.units': 4, 'train.steps': 4 },
    });
    const markdown = (await workspace.etude('compare', 'sizes', '--sort', 'copied', '--markdown')).stdout;
    expect(markdown).toMatch(/^\| train\.units \| train\.steps \| copied \| validation \|.*\n\|---\|---:\|/);
    expect(markdown).toMatch(/\n\nlower is better for .*\n\n3 of 4 points; 1 failed\n\n\| parameter \| value \|/);
  });

  it('knows its measures, and for what they are', async () => {
    const told = async (...args: string[]) => {
      const { code, stderr } = await workspace.etude('compare', ...args);
      return `${code} ${stderr}`;
    };
    expect(await told('sizes', '--sort', 'nats-per-nte')).toBe(
      '2 --sort nats-per-nte: unknown measure "nats-per-nte"; did you mean "nats-per-note"?\n',
    );
    expect(await told('sizes', '--best', 'notes')).toMatch(
      /^2 --best notes: neither low nor high is better; expected one of/,
    );
    expect(await told('tiny', '--best', 'validation')).toMatch(
      /^2 --best validation: expected one experiment with a sweep, found tiny/,
    );
    expect(await told('sizes', '--save', 'a.yaml')).toMatch(/^2 --save a\.yaml: expected --best with it/);
    workspace.write('experiments/new.yaml', 'extends: tiny.yaml\nsweep: { grid: { train.units: [4, 5] } }\n');
    expect(await told('new')).toBe(
      '2 compare: no point of the sweep new is done (2 not run); etude run experiments/new.yaml runs them\n',
    );
  });

  it('writes a page of it', async () => {
    const { code, stdout } = await workspace.etude('compare', 'sizes', '--html');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'artifacts/sizes.html\n' });
    expect(workspace.read('artifacts/sizes.html')).toMatch(/<title>sizes – Etude<\/title>/);
  });

  it('warns where losses are of different tokens or music', async () => {
    workspace.write(
      'experiments/grammars.yaml',
      'extends: tiny.yaml\nsweep: { grid: { tokenize.grammar: [event-text, session], tokenize.validation: [0.1, 0.2] } }\n',
    );
    expect(await workspace.etude('run', 'experiments/grammars.yaml')).toMatchObject({ code: 0 });
    const warning =
      /warning: points differ in tokenize\.grammar, and so may their tokens; compare them by nats-per-note\n/;
    expect((await workspace.etude('compare', 'grammars')).stdout).toMatch(warning);
    expect((await workspace.etude('compare', 'grammars', '--best', 'validation')).stdout).toMatch(warning);
    const perNote = (await workspace.etude('compare', 'grammars', '--sort', 'nats-per-note')).stdout;
    expect(perNote).not.toMatch(warning);
    expect(perNote).toMatch(
      /warning: points differ in tokenize\.validation, and so may the music that losses are of; /,
    );
    expect((await workspace.etude('compare', 'grammars', '--sort', 'copied')).stdout).not.toMatch(/warning/);
  });

  it('has points side by side where one is named with others', async () => {
    const { stdout } = await workspace.etude('compare', 'sizes/units-16,steps-6', 'sizes/units-4', '--json');
    expect(JSON.parse(stdout).experiments.map(({ name }: { name: string }) => name)).toEqual([
      ...['sizes/units-16,steps-6', 'sizes/units-4'],
    ]);
  });
});

describe('the best point of a sweep', () => {
  it('is told with its lead and an experiment whose run is in the cache', async () => {
    const { code, stdout } = await workspace.etude('compare', 'sizes', '--best', 'validation', '--save', 'best.yaml');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^units-16,steps-20: validation \d\.\d{3} \(.*\)\n0\.\d+ lower than the next, units-16,steps-6\nsaved as experiments\/best\.yaml; /,
    );
    const yaml =
      '# The point units-16,steps-20 of experiments/sizes.yaml.\nextends: tiny.yaml\nsample:\n  songs: 1\ntrain:\n  units: 16\n  steps: 20\n';
    expect(stdout.endsWith(`\n\n${yaml}`)).toBe(true);
    expect(workspace.read('experiments/best.yaml').endsWith(yaml)).toBe(true);
    expect(workspace.read('experiments/best.yaml')).toMatch(/^# yaml-language-server: /);
    const { stages } = JSON.parse((await workspace.etude('run', 'experiments/best.yaml', '--json')).stdout);
    expect(stages.map(({ status }: { status: string }) => status)).toEqual(Array(9).fill('hit'));

    const again = await workspace.etude('compare', 'sizes', '--best', 'validation', '--save', 'best');
    expect([again.code, again.stderr]).toEqual([
      2,
      '--save best: experiments/best.yaml is there already; it is not overwritten\n',
    ]);
    const outside = await workspace.etude('compare', 'sizes', '--best', 'validation', '--save', '../best.yaml');
    expect([outside.code, existsSync(workspace.path('best.yaml'))]).toEqual([2, false]);
  });

  it('is what was run, whatever --set changed then or its files say by now', async () => {
    workspace.write('experiments/base.yaml', 'extends: tiny.yaml\nsample: { songs: 1 }\n');
    workspace.write('experiments/later.yaml', 'extends: base.yaml\nsweep: { grid: { train.units: [4, 5] } }\n');
    await workspace.etude('run', 'experiments/later.yaml', '--set', 'sample.length=30');
    workspace.write('experiments/base.yaml', 'extends: tiny.yaml\nsample: { songs: 2 }\n');
    const { stdout } = await workspace.etude(
      'compare',
      'later',
      '--best',
      'training-time',
      '--save',
      'l.yaml',
      '--json',
    );
    const { experiment, wouldRun, saved } = JSON.parse(stdout);
    expect(experiment).toMatchObject({ extends: 'base.yaml', sample: { songs: 1, length: 30 } });
    expect([wouldRun, saved]).toEqual([[], 'experiments/l.yaml']);
    const { stages } = JSON.parse((await workspace.etude('run', 'experiments/l.yaml', '--json')).stdout);
    expect(stages.map(({ status }: { status: string }) => status)).toEqual(Array(9).fill('hit'));
  });

  it('is compared with points that were run otherwise, and that is said', async () => {
    const sweep = (units: string) =>
      workspace.write('experiments/parts.yaml', `extends: tiny.yaml\nsweep: { grid: { train.units: ${units} } }\n`);
    sweep('[4]');
    await workspace.etude('run', 'experiments/parts.yaml', '--set', 'sample.length=30');
    sweep('[5]');
    await workspace.etude('run', 'experiments/parts.yaml');
    sweep('[4, 5, 6]');
    const { stdout } = await workspace.etude('compare', 'parts');
    expect(stdout).toMatch(/\n2 of 3 points; 1 not run\nwarning: points differ in sample\.length as well, /);
  });
});
