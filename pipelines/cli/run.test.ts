// More than 300 lines: all that the command run promises, in the same small workspace.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMidi } from '@etude/midi-reader';
import { notesOf } from '@etude/music';
import { beforeAll, describe, expect, it } from 'vitest';
import { CliWorkspace, ETUDE, TINY, withoutColours } from '../testing/cli-workspace.js';

/** JZZ reads and checks MIDI files with code of its own. */
interface JzzEvent {
  isTempo(): boolean;
  getTempo(): number;
  isNoteOn(): boolean;
  isNoteOff(): boolean;
  getNote(): number;
  isEOT(): boolean;
}
type JzzFile = JzzEvent[][] & { type: number; ppqn: number; validate(): unknown };
const require = createRequire(import.meta.url);
const JZZ: { MIDI: { SMF: new (bytes: Uint8Array) => JzzFile } } = require('jzz');
require('jzz-midi-smf')(JZZ);

const run = ['run', '--config', 'experiments/tiny.yaml'];
const upstream = { 'extract-track': 'hit', tokenize: 'hit', study: 'hit', 'build-vocab': 'hit' };
const nothing = { ...upstream, train: 'hit', sample: 'hit', render: 'hit', measure: 'hit', report: 'hit' };

/** Waits until something is there, for at most 30 seconds. */
async function until(there: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !there(); i++) await sleep(50);
  expect(there()).toBe(true);
}

/** Whether a stage is being run after the vocabulary was built. */
function isTraining(workspace: CliWorkspace): boolean {
  if (!existsSync(workspace.path('artifacts/tiny/build-vocab/vocab.json'))) return false;
  return readdirSync(workspace.path('.etude/locks')).some((name) => /^[0-9a-f]{64}$/.test(name));
}

/** Whether the cache holds what training can go on from. */
function hasCheckpoint(workspace: CliWorkspace): boolean {
  const index = workspace.path('.etude/cache/index-v5');
  return readdirSync(index, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'utf8').includes('"checkpoint:'),
  );
}

describe('etude run', () => {
  let workspace: CliWorkspace;
  let first: Awaited<ReturnType<CliWorkspace['etude']>>;
  beforeAll(async () => {
    workspace = new CliWorkspace();
    first = await workspace.etude(...run);
  });

  it('makes songs, and leaves what a person wants to open', () => {
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const files = readdirSync(workspace.path('artifacts/tiny'), { recursive: true, encoding: 'utf8' });
    for (const file of [
      ...['extract-track/pieces.jsonl', 'extract-track/tracks.json', 'tokenize/tokens.txt', 'build-vocab/vocab.json'],
      ...['train/model.safetensors', 'train/learning-curve.csv', 'train/learning-curve.svg'],
      ...['sample/song-1.txt', 'sample/song-2.txt', 'render/song-1.mid', 'render/song-2.mid', 'run.json'],
    ]) {
      expect(files).toContain(file);
    }
  });

  it('prints a line a stage, with why it ran, its time and its outputs, and no control characters', () => {
    const lines = first.stdout.trimEnd().split('\n');
    expect(lines.filter((line) => /^● \S+ +ran \(first run .*\) \d+\.\d s → /.test(line))).toHaveLength(9);
    expect(lines.at(-1)).toMatch(/^9 of 9 stages ran in 0:\d\d; see artifacts\/tiny\/report\.html$/);
    expect(first.stdout).toContain('track 1 "Piano" (auto: the only one with notes): 549 notes, 1099 events');
    expect(first.stdout).not.toMatch(/[\x1b\r]/);
  });

  it('writes songs that another reader accepts, with division and tempo of the source and no stuck note', () => {
    const source = readMidi(readFileSync(workspace.path('data/prelude-bwv-846.mid')));
    for (const name of ['song-1.mid', 'song-2.mid']) {
      const bytes = readFileSync(workspace.path('artifacts/tiny/render', name));
      const file = new JZZ.MIDI.SMF(bytes);
      expect(file.validate()).toBeUndefined();
      expect({ type: file.type, ppqn: file.ppqn, tracks: file.length }).toEqual({
        type: 0,
        ppqn: source.division,
        tracks: 1,
      });
      const events = [...file[0]!];
      const tempo = events.filter((event) => event.isTempo());
      expect(tempo.map((event) => event.getTempo())).toEqual([source.tempos[0]!.microseconds]);
      const down = new Set<number>();
      let notes = 0;
      for (const event of events) {
        if (event.isNoteOn()) {
          expect(down.has(event.getNote())).toBe(false);
          down.add(event.getNote());
          notes += 1;
        }
        if (event.isNoteOff()) expect(down.delete(event.getNote())).toBe(true);
      }
      expect(down.size).toBe(0);
      expect(notes).toBe(notesOf(readMidi(bytes)).length);
      expect(events.at(-1)!.isEOT()).toBe(true);
    }
  });

  it('records what computed the weights', () => {
    const { stages } = JSON.parse(workspace.read('artifacts/tiny/run.json'));
    const { said } = stages.find(({ name }: { name: string }) => name === 'train');
    expect(said).toContainEqual(
      expect.stringMatching(/^computing with (fused|raw-ops|reference) kernels .*on (TensorFlow|WebAssembly)/),
    );
  });

  it('runs nothing the second time', async () => {
    expect(await workspace.statuses()).toEqual(nothing);
  });

  it('runs sample and render only for another temperature, and says why', async () => {
    const { stdout } = await workspace.etude(...run, '--set', 'sample.temperature=1.2', '--json');
    const { stages } = JSON.parse(stdout);
    expect(stages.map((stage: { status: string }) => stage.status)).toEqual([
      'hit',
      'hit',
      'hit',
      'hit',
      'hit',
      'ran',
      'ran',
      'ran',
      'ran',
    ]);
    expect(stages[5].reasons).toEqual(['sample.temperature 1 → 1.2']);
    expect(await workspace.statuses()).toEqual(nothing);
  });

  it('trains again for another number of layers, and samples and renders', async () => {
    expect(await workspace.statuses('--set', 'train.layers=2')).toEqual({
      ...upstream,
      train: 'ran',
      sample: 'ran',
      render: 'ran',
      measure: 'ran',
      report: 'ran',
    });
    expect(await workspace.statuses()).toEqual(nothing);
  });

  it('gives the same songs for the same seed, from nothing', async () => {
    const other = new CliWorkspace();
    await other.etude(...run);
    for (const path of ['artifacts/tiny/train/model.safetensors', 'artifacts/tiny/render/song-2.mid']) {
      expect(readFileSync(other.path(path)).equals(readFileSync(workspace.path(path)))).toBe(true);
    }
  });

  it('prints one JSON document with --json, also for a dry run and for an error', async () => {
    const dry = JSON.parse((await workspace.etude(...run, '--dry-run', '--json', '--set', 'train.layers=3')).stdout);
    expect(dry.stages.map((stage: { name: string; status: string }) => [stage.name, stage.status])).toEqual([
      ...[
        ['extract-track', 'hit'],
        ['tokenize', 'hit'],
        ['study', 'hit'],
        ['build-vocab', 'hit'],
      ],
      ...[
        ['train', 'would-run'],
        ['sample', 'would-run'],
        ['render', 'would-run'],
        ['measure', 'would-run'],
        ['report', 'would-run'],
      ],
    ]);
    expect(Object.keys(dry.stages[0])).toEqual(['name', 'status', 'reasons', 'seconds', 'outputs']);
    expect(dry.stages[0].outputs[0]).toEqual({
      path: 'pieces.jsonl',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      bytes: expect.any(Number),
    });
    const wrong = await workspace.etude(...run, '--json', '--set', 'train.layers=many');
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout).error.problems[0].message).toContain('train.layers: expected');
  });

  it('names a broken MIDI file with the byte offset where it is to be strict, exits 1 and shows no stack trace', async () => {
    const broken = readFileSync(workspace.path('data/prelude-bwv-846.mid'));
    const at = broken.lastIndexOf(0x90);
    workspace.write('data/broken.mid', broken.with(at + 1, 0xc8));
    const set = ['--set', 'extract-track.source=data/broken.mid', '--set', 'extract-track.strict=true'];
    const { code, stderr, stdout } = await workspace.etude(...run, ...set);
    expect(code).toBe(1);
    expect(stderr).toContain(`data/broken.mid: byte ${at + 1}: expected a data byte`);
    expect(stderr + stdout).not.toMatch(/\n\s+at /);
  });

  it('drops an artifact with a flipped byte with a warning and makes it again', async () => {
    const model = readFileSync(workspace.path('artifacts/tiny/train/model.safetensors'));
    const cached = readdirSync(workspace.path('.etude/cache/content-v2'), { recursive: true, encoding: 'utf8' })
      .map((path) => workspace.path('.etude/cache/content-v2', path))
      .find((path) => statSync(path).isFile() && readFileSync(path).equals(model))!;
    writeFileSync(cached, model.with(model.length - 1, model.at(-1)! ^ 1));
    const { code, stderr, stdout } = await workspace.etude(...run);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^warning: artifact [0-9a-f]{12} \(model\) in the cache is damaged; it is dropped and made again\n$/,
    );
    expect(stdout).toMatch(/● train +ran \(its cached artifact was damaged\)/);
    expect(stdout).toMatch(/○ sample +hit/);
    expect(readFileSync(cached).equals(model)).toBe(true);
  });
});

describe('a disk that takes no more', () => {
  const everything = (workspace: CliWorkspace) => {
    const files = readdirSync(workspace.path('.'), { recursive: true, encoding: 'utf8' });
    return files.filter((path) => statSync(workspace.path(path)).isFile());
  };

  it('ends the run with one line; what is there is whole, and the next run goes on from it', async () => {
    if (process.platform === 'win32') return;
    const whole = new CliWorkspace();
    await whole.etude(...run);
    const cut: string[] = [];
    // In units of 512 bytes: what a file may have at most.
    for (const limit of [0, 1, 3, 8, 24]) {
      const workspace = new CliWorkspace();
      const { code, stdout, stderr } = await workspace.start(run, {}, limit).finished;
      if (code !== 0) {
        expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/the file would be larger than the system allows/);
      }
      expect(stdout + stderr).not.toMatch(/\n\s+at /);
      for (const path of everything(workspace)) {
        if (/\.tmp$|cache.tmp/.test(path)) cut.push(path);
        if (!path.startsWith('artifacts')) continue;
        if (path.endsWith('run.json')) JSON.parse(workspace.read(path));
        else if (path.endsWith('events.jsonl')) {
          expect(workspace.read(path)).toMatch(/^$|\n$/);
          for (const line of workspace.read(path).split('\n').slice(0, -1)) JSON.parse(line);
        } else if (!readFileSync(workspace.path(path)).equals(readFileSync(whole.path(path)))) cut.push(path);
      }
      expect((await workspace.etude(...run)).code).toBe(0);
      const song = 'artifacts/tiny/render/song-2.mid';
      expect(readFileSync(workspace.path(song)).equals(readFileSync(whole.path(song)))).toBe(true);
    }
    expect(cut).toEqual([]);
  }, 120_000);
});

describe('output that cannot be written', () => {
  const sh = (workspace: CliWorkspace, command: string) =>
    spawnSync('sh', ['-c', command], {
      cwd: workspace.folder,
      encoding: 'utf8',
      env: withoutColours(),
    });
  const etude = `'${process.execPath}' '${ETUDE}' run --config experiments/tiny.yaml`;

  it('does not end a run whose reader has seen enough', () => {
    const workspace = new CliWorkspace();
    const { stdout } = sh(workspace, `(${etude}; echo $? > code) | head -n 1`);
    expect(stdout).toMatch(/^.+\n$/);
    expect(workspace.read('code')).toBe('0\n');
    expect(JSON.parse(workspace.read('artifacts/tiny/run.json')).status).toBe('done');
    expect(sh(workspace, `(${etude} --json 2>&1; echo $? > code) | true`).stderr).toBe('');
    expect(workspace.read('code')).toBe('0\n');
  });

  it('is told in one line and by the exit code where the disk is full', () => {
    const workspace = new CliWorkspace();
    for (const command of [`${etude} > /dev/full`, `${etude} --json > /dev/full`]) {
      expect(sh(workspace, command)).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^error: standard output: the disk is full .*\n$/),
      });
    }
    expect(sh(workspace, `${etude} 2> /dev/full`).status).toBe(0);
    expect(sh(workspace, `ulimit -f 1; ${etude.replace(' run ', ' explain ')} --json > out`)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^error: standard output: the file would be larger than the system allows .*\n$/),
    });
  });
});

describe('a workspace that cannot be written', () => {
  /** Runs the program where all of the workspace is read-only, as root by a mount of its own. */
  const readOnly = (workspace: CliWorkspace, ...args: string[]) => {
    const mounts = 'mount --bind . . && mount -o remount,bind,ro . && cd "$PWD" && exec "$@"';
    return spawnSync('unshare', ['--mount', 'sh', '-c', mounts, 'sh', process.execPath, ETUDE, ...args], {
      ...{ cwd: workspace.folder, encoding: 'utf8', env: withoutColours() },
    });
  };
  const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;

  it.skipIf(!canMount)('gives what is in the cache, and one line for what is not', async () => {
    const workspace = new CliWorkspace();
    expect(readOnly(workspace, ...run)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^✗ extract-track +failed\nerror: extract-track has to run \(.+\), and \/.+ cannot be written\n$/,
      ),
    });
    await workspace.etude(...run);
    const record = workspace.read('artifacts/tiny/run.json');
    expect(readOnly(workspace, ...run)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('0 of 9 stages ran'),
      stderr: `warning: ${workspace.folder} cannot be written: run.json stays as it was\n`,
    });
    expect(workspace.read('artifacts/tiny/run.json')).toBe(record);
    rmSync(workspace.path('artifacts/tiny/render/song-1.mid'));
    expect(readOnly(workspace, ...run)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/error: the file system is read-only: .*song-1.mid\n$/),
    });
  });

  it.skipIf(process.getuid?.() !== 0)('works as another user who may only read', async () => {
    const workspace = new CliWorkspace();
    await workspace.etude(...run);
    chmodSync(workspace.folder, 0o755);
    const args = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, ETUDE, ...run];
    expect(
      spawnSync('setpriv', args, { cwd: workspace.folder, encoding: 'utf8', env: withoutColours() }),
    ).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('0 of 9 stages ran'),
    });
  });
});

describe('a run that is stopped in the middle of training', () => {
  const started = async () => {
    const workspace = new CliWorkspace();
    workspace.write(
      'experiments/tiny.yaml',
      TINY.replace('steps: 4', 'steps: 10000000').replace('evaluateEvery: 2', 'evaluateEvery: 10000000'),
    );
    const process = workspace.start(run);
    await until(() => isTraining(workspace));
    await sleep(700);
    return { workspace, ...process };
  };
  const goesOn = async (workspace: CliWorkspace) => {
    expect(existsSync(workspace.path('artifacts/tiny/train'))).toBe(false);
    workspace.write('experiments/tiny.yaml', TINY);
    expect(await workspace.statuses()).toEqual({
      ...upstream,
      train: 'ran',
      sample: 'ran',
      render: 'ran',
      measure: 'ran',
      report: 'ran',
    });
    expect(await workspace.statuses()).toEqual(nothing);
  };

  it.each([
    'SIGINT',
    'SIGTERM',
    'SIGHUP',
  ] as const)('by %s exits 130, leaves the cache right and no lock behind', async (by) => {
    const { workspace, child, finished } = await started();
    child.kill(by);
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toContain('stopping; once more to stop at once');
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(workspace.path('.etude/locks'))).toEqual([]);
    await goesOn(workspace);
  });

  it('by kill -9 leaves the cache right, and the next run does not wait for it', async () => {
    const { workspace, child, finished } = await started();
    child.kill('SIGKILL');
    expect((await finished).signal).toBe('SIGKILL');
    await goesOn(workspace);
  });
});

describe('training that was stopped', () => {
  const LONG = TINY.replace('steps: 4', 'steps: 10000000').replace('evaluateEvery: 2', 'evaluateEvery: 10000000');

  it.each(['SIGINT', 'SIGHUP', 'SIGKILL'] as const)('by %s goes on from its last checkpoint', async (signal) => {
    const workspace = new CliWorkspace();
    workspace.write('experiments/tiny.yaml', LONG);
    const first = workspace.start(run);
    await until(() => isTraining(workspace));
    await until(() => hasCheckpoint(workspace));
    first.child.kill(signal);
    await first.finished;
    const second = workspace.start(run);
    let said = '';
    second.child.stdout!.on('data', (chunk) => {
      said += chunk;
    });
    await until(() => said.includes('going on from step'));
    second.child.kill('SIGINT');
    expect((await second.finished).code).toBe(130);
    expect(Number(/going on from step (\d+)/.exec(said)![1])).toBeGreaterThan(4);
  });

  it('is as good as training that was never stopped, and goes on where more steps are asked for', async () => {
    const model = (workspace: CliWorkspace) => readFileSync(workspace.path('artifacts/tiny/train/model.safetensors'));
    const long = TINY.replace('steps: 4', 'steps: 7');
    const [raised, whole] = [new CliWorkspace(), new CliWorkspace()];
    whole.write('experiments/tiny.yaml', long);
    await Promise.all([raised.etude(...run), whole.etude(...run)]);
    raised.write('experiments/tiny.yaml', long);
    expect((await raised.etude(...run)).stdout).toContain('going on from step 4');
    expect(model(raised)).toEqual(model(whole));
    const again = await raised.etude(...run, '--stage', 'train');
    expect(again.stdout).not.toContain('going on');
    expect(again.stderr).toBe('');
    expect(model(raised)).toEqual(model(whole));
  });
});

describe('training that other kernels began', () => {
  it('starts over, and says so', async () => {
    const workspace = new CliWorkspace();
    const first = await workspace.start(run, { ETUDE_KERNELS: 'reference' }).finished;
    workspace.write('experiments/tiny.yaml', TINY.replace('steps: 4', 'steps: 7'));
    const second = await workspace.etude(...run);
    if (second.stdout.includes('computing with reference kernels')) return; // there are no others on WebAssembly
    expect(first.stdout).toContain('computing with reference kernels on TensorFlow');
    expect(second.stdout).toContain(
      'starting over instead of resuming from the checkpoint: it was computed by reference kernels on TensorFlow',
    );
    expect(second.stdout).not.toContain('going on from step');
  });
});

describe('two runs at once', () => {
  /** Starts one run, halts it in the middle of training, starts another, and lets the first go on once that one waits. */
  const both = async (workspace: CliWorkspace, second: string) => {
    const one = workspace.start([...run, '--json']);
    await until(() => isTraining(workspace));
    one.child.kill('SIGSTOP');
    const other = workspace.start(['run', '--config', `experiments/${second}.yaml`, '--json']);
    const [line] = await once(other.child.stderr!, 'data');
    one.child.kill('SIGCONT');
    const results = await Promise.all([one.finished, other.finished]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    const statuses = results.map(({ stdout }) =>
      JSON.parse(stdout).stages.map(({ status }: { status: string }) => status),
    );
    return { statuses, waited: String(line), pid: one.child.pid };
  };
  const LONGER = TINY.replace('steps: 4', 'steps: 400');

  it('of one experiment train once', async () => {
    const workspace = new CliWorkspace();
    workspace.write('experiments/tiny.yaml', LONGER);
    const { statuses, waited, pid } = await both(workspace, 'tiny');
    expect(statuses).toEqual([Array(9).fill('ran'), Array(9).fill('hit')]);
    expect(waited).toMatch(
      new RegExp(
        `^waiting for process ${pid} on host .+ \\(lock file .+/experiment-tiny\\), which is at work on experiment tiny\n$`,
      ),
    );
  });

  it('of two experiments with the same training train once', async () => {
    const workspace = new CliWorkspace();
    workspace.write('experiments/tiny.yaml', LONGER);
    workspace.write('experiments/warm.yaml', 'extends: tiny.yaml\nsample: { temperature: 1.5 }\n');
    const { statuses, waited, pid } = await both(workspace, 'warm');
    expect(statuses).toEqual([Array(9).fill('ran'), [...Array(5).fill('hit'), ...Array(4).fill('ran')]]);
    expect(waited).toMatch(new RegExp(`^waiting for process ${pid} on host .*, which is at work on stage train`));
  });
});
