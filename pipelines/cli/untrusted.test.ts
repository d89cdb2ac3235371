import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CliWorkspace, type Finished, TINY } from '../testing/cli-workspace.js';
import { checkEnvironment } from './environment.js';

const run = ['run', '--config', 'experiments/tiny.yaml'];
/** Control characters that nobody but Etude itself may send to a terminal, and those that turn the direction of writing. */
const COMMANDS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** Ends a command that hangs. */
async function within(workspace: CliWorkspace, seconds: number, ...args: string[]): Promise<Finished> {
  const { child, finished } = workspace.start(args);
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  const result = await finished;
  clearTimeout(timer);
  expect(result.signal).toBe(null);
  return result;
}

describe('an experiment that has run', () => {
  let workspace: CliWorkspace;
  beforeAll(async () => {
    workspace = new CliWorkspace();
    expect(await workspace.etude(...run)).toMatchObject({ code: 0 });
  });

  it.each([
    '{}',
    '[]',
    '5',
    '{"stages":[{"name":"../.."}]}',
    '{"stag',
  ])('with the run.json %s keeps nobody', async (text) => {
    workspace.write('artifacts/other/run.json', text);
    workspace.write('experiments/other.yaml', 'extends: tiny.yaml\n');
    const status = await workspace.etude('status');
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status.stdout).toMatch(/^tiny +done .*up to date$/m);
    expect(status.stdout).toMatch(/^other +never run /m);
    expect(await workspace.etude('compare', '-e', 'tiny,other')).toMatchObject({
      code: 2,
      stderr: 'compare: there is no artifacts/other/run.json; run it first\n',
    });
  });

  it('is compared with nothing outside of artifacts/', async () => {
    workspace.write('run.json', workspace.read('artifacts/tiny/run.json'));
    for (const name of ['..', '../..', '../artifacts/tiny', '/', 'tiny/..', '.']) {
      expect(await workspace.etude('compare', '-e', name)).toMatchObject({
        code: 2,
        stderr: `compare: expected the name of a folder in artifacts/, found "${name}"\n`,
      });
    }
  });

  it('is not compared by what somebody else left in its folder', async () => {
    const song = 'artifacts/tiny/render/song-1.mid';
    const bytes = readFileSync(workspace.path(song));
    workspace.write(song, 'not MIDI');
    expect(await workspace.etude('compare', '-e', 'tiny')).toMatchObject({
      code: 2,
      stderr: `${song}: not what the last run left there; run the experiment again, which restores it\n`,
    });
    await workspace.etude(...run);
    expect(readFileSync(workspace.path(song))).toEqual(bytes);
  });
});

describe('music from elsewhere', () => {
  it('is read by its absolute path, and counts by its bytes', async () => {
    const workspace = new CliWorkspace();
    const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'etude-disk-')));
    writeFileSync(join(elsewhere, 'prelude.mid'), readFileSync(workspace.path('data/prelude-bwv-846.mid')));
    expect(await workspace.statuses()).toMatchObject({ 'extract-track': 'ran' });
    expect(await workspace.statuses('--set', `extract-track.source=${elsewhere}/prelude.mid`)).toMatchObject({
      'extract-track': 'hit',
    });
    mkdirSync(workspace.path('data/links'));
    symlinkSync(join(elsewhere, 'prelude.mid'), workspace.path('data/links/one.mid'));
    symlinkSync(workspace.path('data/canon-in-d.mid'), workspace.path('data/links/two.mid'));
    const linked = await workspace.etude(...run, '--dry-run', '--set', 'extract-track.source=data/links');
    expect(linked).toMatchObject({
      code: 0,
      stderr: `warning: extract-track.source: data/links/one.mid is left out: the link leads out of ${realpathSync(workspace.folder)}, to ${elsewhere}/prelude.mid\n`,
    });
    const named = await workspace.etude(...run, '--set', 'extract-track.source=data/links/one.mid');
    expect(named.code).toBe(2);
    expect(named.stderr).toContain('data/links/one.mid leads out of the workspace through a link');
  });
});

describe.skipIf(process.platform === 'win32')('a FIFO, a device or a folder in the place of a file', () => {
  it.each<[string, string[], string]>([
    [
      '--config',
      ['run', '--config', 'experiments/pipe.yaml'],
      '--config: expected a file, found a FIFO: experiments/pipe.yaml',
    ],
    [
      '--config, a folder',
      ['run', '--config', 'experiments/folder.yaml'],
      '--config: expected a file, found a folder: experiments/folder.yaml',
    ],
    [
      'extends',
      [...run.slice(0, 2), 'experiments/over.yaml'],
      'experiments/over.yaml:1:10: expected a file, found a FIFO: experiments/pipe.yaml',
    ],
    [
      'a source',
      [...run, '--set', 'extract-track.source=data/pipe.mid'],
      'expected a file or a folder, found a FIFO: data/pipe.mid',
    ],
    [
      'a given file',
      [...run, '--set', 'sample.given=/dev/zero'],
      'expected a file or a folder, found a device: /dev/zero',
    ],
    ['a pipeline', [...run, '--set', 'train.layers=1'], 'pipelines/song.yaml'],
    ['inspect', ['inspect', 'data/pipe.mid'], 'data/pipe.mid: expected a file or a folder, found a FIFO'],
    ['status', ['status'], ''],
  ])('is one error at once: %s', async (place, args, message) => {
    const workspace = new CliWorkspace();
    mkdirSync(workspace.path('experiments/folder.yaml'));
    for (const pipe of ['experiments/pipe.yaml', 'data/pipe.mid']) execFileSync('mkfifo', [workspace.path(pipe)]);
    workspace.write('experiments/over.yaml', 'extends: pipe.yaml\n');
    if (place === 'a pipeline') {
      execFileSync('rm', [workspace.path('pipelines/song.yaml')]);
      execFileSync('mkfifo', [workspace.path('pipelines/song.yaml')]);
    }
    const { code, stderr } = await within(workspace, 60, ...args);
    expect(code).toBe(place === 'status' ? 0 : 2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is left out of a folder, with a line', async () => {
    const workspace = new CliWorkspace();
    execFileSync('mkfifo', [workspace.path('data/pipe.mid')]);
    const { code, stderr, stdout } = await within(workspace, 60, 'inspect', 'data');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'data/pipe.mid is left out: a FIFO is no file\n' });
    expect(stdout).toContain('data/canon-in-d.mid');
  });
});

describe('text from a file or a user', () => {
  const evil = 'a\x1b[31m\u202e\x9b';

  it('comes to the terminal without commands: problems, tables, JSON, reports of a run', async () => {
    const workspace = new CliWorkspace();
    const name = 'evil\u202e<b>';
    workspace.write(`experiments/${name}.yaml`, `${TINY}"${'\\e[2J\\u202e'}": 1\n`);
    workspace.write(`experiments/fine${name}.yaml`, TINY);
    const results = [
      await workspace.etude('run', '--config', `experiments/${name}.yaml`),
      await workspace.etude('run', '--config', `experiments/${name}.yaml`, '--json'),
      await workspace.etude('run', '--config', `experiments/fine${name}.yaml`, '--set', `train.${evil}=1`),
      await workspace.etude('run', '--config', `experiments/fine${name}.yaml`),
      await workspace.etude(
        'explain',
        '--config',
        `experiments/fine${name}.yaml`,
        '--set',
        `extract-track.trackName=${evil}`,
      ),
      await workspace.etude('status'),
      await workspace.etude('compare', '-e', `fine${name}`),
      await workspace.etude('compare', '-e', `nothing${name}`),
      await workspace.etude('compare', '-e', `fine${name}`, '--json'),
      await workspace.etude('inspect', `nothing${name}`),
      await workspace.etude(`unknown${name}`),
    ];
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toMatch(COMMANDS);
    expect(results.map(({ code }) => code)).toEqual([2, 2, 2, 0, 0, 0, 0, 2, 0, 2, 2]);
    expect(results[0]!.stderr).toContain('evil\\u202e<b>.yaml:14:1: unknown stage "\\u001b[2J\\u202e"');
    expect(JSON.parse(results[8]!.stdout).experiments[0].name).toBe(`fine${name}`);
  });

  it('comes to the terminal without commands: a track name', async () => {
    const workspace = new CliWorkspace();
    const midi = readFileSync(workspace.path('data/prelude-bwv-846.mid'));
    const at = midi.indexOf('Piano');
    Buffer.from('P\x1b[2J').copy(midi, at);
    workspace.write('data/evil.mid', midi);
    const inspected = await workspace.etude('inspect', 'data/evil.mid');
    expect(inspected.stdout).toContain('P\\u001b[2J');
    const learned = await workspace.etude(...run, '--set', 'extract-track.source=data/evil.mid');
    expect(learned.stdout).toContain('P\\u001b[2J');
    for (const { stdout, stderr } of [inspected, learned]) expect(stdout + stderr).not.toMatch(COMMANDS);
  });
});

describe('variables of the environment', () => {
  const problems = (environment: Record<string, string>) => {
    try {
      checkEnvironment(environment);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("may have their valid values, be empty, or be anybody else's", () => {
    for (const environment of [
      {
        ETUDE_KERNELS: 'reference',
        ETUDE_INSTRUCTIONS: 'avx2',
        ETUDE_THREADS: '1024',
        ETUDE_CACHE_DIR: '/x',
        ETUDE_MIDI_SAMPLES: '/y',
      },
      { ETUDE_KERNELS: '', ETUDE_NOTHING: '' },
      { ETUDES: 'by Chopin', PATH: '/bin' },
    ]) {
      expect(problems(environment)).toBe('');
    }
  });

  it.each<[string, string, string]>([
    ['ETUDE_KERNELS', 'fussed', 'unknown value "fussed"; did you mean "fused"?'],
    ['ETUDE_INSTRUCTIONS', 'sse', 'unknown value "sse"; expected one of avx2, avx512, plain'],
    ['ETUDE_THREADS', '0', 'expected an integer from 1 to 1024, found "0"'],
    ['ETUDE_THREADS', '1025', 'expected an integer from 1 to 1024, found "1025"'],
    ['ETUDE_THREADS', '1.5', 'expected an integer from 1 to 1024, found "1.5"'],
    ['ETUDE_THREADS', '2 ', 'expected an integer from 1 to 1024, found "2 "'],
    ['ETUDE_KERNEL', 'fused', 'unknown environment variable; did you mean "ETUDE_KERNELS"?'],
    ['ETUDE_constructor', '1', 'unknown environment variable; expected one of ETUDE_CACHE_DIR'],
  ])('are refused: %s=%s', (name, value, problem) => {
    expect(problems({ [name]: value })).toContain(`${name}: ${problem}`);
  });

  it('are checked by every command but for help', async () => {
    const workspace = new CliWorkspace();
    const environment = { ETUDE_KERNELS: 'fussed', ETUDE_THREAD: '2' };
    for (const args of [run, ['doctor'], ['status'], ['inspect', 'data']]) {
      expect(await workspace.start(args, environment).finished).toMatchObject({
        code: 2,
        stdout: '',
        stderr:
          'ETUDE_KERNELS: unknown value "fussed"; did you mean "fused"?\nETUDE_THREAD: unknown environment variable; did you mean "ETUDE_THREADS"?\n',
      });
    }
    expect((await workspace.start(['run', '--help'], environment).finished).code).toBe(0);
  });
});
