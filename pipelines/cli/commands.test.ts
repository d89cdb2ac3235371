import { appendFileSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CliWorkspace } from '../testing/cli-workspace.js';

let workspace: CliWorkspace;
beforeAll(async () => {
  workspace = new CliWorkspace();
  workspace.write('experiments/deep.yaml', 'extends: tiny.yaml\ntrain: { layers: 2 }\n');
  for (const name of ['tiny', 'deep']) {
    expect(await workspace.etude('run', '--config', `experiments/${name}.yaml`)).toMatchObject({ code: 0 });
  }
});

it('etude inspect shows a file of thousands of tracks on some pages', async () => {
  const track = [...Buffer.from('MTrk'), 0, 0, 0, 4, 0, 0xff, 0x2f, 0];
  const head = [...Buffer.from('MThd'), 0, 0, 0, 6, 0, 1, 0, 1, 0, 96];
  const bytes = Uint8Array.from([...head, ...Array.from({ length: 150_000 }, () => track).flat()]);
  workspace.write('many.mid', bytes);
  const { code, stdout } = await workspace.etude('inspect', 'many.mid');
  expect(code).toBe(0);
  expect(stdout).toContain('and 149744 more tracks; --json lists them all');
  expect(stdout.split('\n').length).toBeLessThan(300);
});

describe('etude compare', () => {
  it('shows the parameters that differ and only those, losses, time and measures of each song', async () => {
    const { code, stdout } = await workspace.etude('compare', '--experiments', 'tiny,deep', '--json');
    expect(code).toBe(0);
    const [tiny, deep] = JSON.parse(stdout).experiments;
    expect([tiny.params, deep.params]).toEqual([{ 'train.layers': 1 }, { 'train.layers': 2 }]);
    for (const { finalTrainingLoss, keptValidationLoss, keptStep, trainingSeconds, songs } of [tiny, deep]) {
      for (const number of [finalTrainingLoss, keptValidationLoss, keptStep, trainingSeconds])
        expect(number).toBeGreaterThan(0);
      expect(songs).toHaveLength(2);
      expect(Object.keys(songs[0])).toEqual([
        ...['path', 'seconds', 'notes', 'lowest', 'highest', 'distinctPitches'],
        ...['longestCopy', 'copiedShare', 'repeatedBars', 'longestLoop'],
      ]);
    }
  });

  it('prints a table, and Markdown', async () => {
    const table = (await workspace.etude('compare', 'tiny', 'deep')).stdout.split('\n');
    expect(table[0]).toMatch(/^experiment +tiny +deep$/);
    expect(table[1]).toMatch(/^train.layers +1 +2$/);
    const markdown = (await workspace.etude('compare', '-e', 'tiny,deep', '--markdown')).stdout.split('\n');
    expect(markdown.slice(0, 3)).toEqual([
      '| experiment | tiny | deep |',
      '|---|---:|---:|',
      '| train.layers | 1 | 2 |',
    ]);
  });

  it('writes a page of both, where it is wanted or beside their folders', async () => {
    const { code, stdout } = await workspace.etude('compare', 'tiny', 'deep', '--html');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'artifacts/tiny-and-deep.html\n' });
    expect(workspace.read('artifacts/tiny-and-deep.html')).toMatch(/<title>tiny, deep – Etude<\/title>/);
    await workspace.etude('compare', 'tiny', 'deep', '--html', 'both.html');
    expect(workspace.read('both.html')).toBe(workspace.read('artifacts/tiny-and-deep.html'));
  });

  it('says which folder is not there, with the nearest', async () => {
    const { code, stderr } = await workspace.etude('compare', '--experiments', 'tiny,depe');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'compare: there is no artifacts/depe/run.json; did you mean "deep"?\n',
    });
  });
});

describe('etude status', () => {
  it('says of every experiment whether it is up to date', async () => {
    workspace.write('experiments/new.yaml', 'extends: tiny.yaml\nsample: { seed: 9 }\n');
    const { stdout } = await workspace.etude('status');
    const lines = stdout.trimEnd().split('\n');
    expect(
      lines.map((line) => line.split(/ {2,}/)).map(([name, last, now]) => [name, last!.replace(/ .*/, ''), now]),
    ).toEqual([
      ['experiment', 'last', 'now'],
      ['deep', 'done', 'up to date'],
      ['new', 'never', 'sample would run: first run of this stage in this experiment'],
      ['tiny', 'done', 'up to date'],
    ]);
    const { experiments } = JSON.parse((await workspace.etude('status', '--json')).stdout);
    expect(experiments[0].stages.map(({ status }: { status: string }) => status)).toEqual(Array(9).fill('hit'));
  });
});

describe('etude explain', () => {
  it('shows what a fingerprint is made of and where each value comes from', async () => {
    const { stdout } = await workspace.etude(
      'explain',
      '--config',
      'experiments/deep.yaml',
      '--stage',
      'train',
      '--set',
      'train.units=9',
    );
    expect(stdout).toMatch(/^train {2}version \d+, would run \(train\.units 8 → 9\)\n {2}fingerprint [0-9a-f]{64}\n/);
    expect(stdout).toMatch(/layers +2 +experiments\/deep.yaml:2\n/);
    expect(stdout).toMatch(/units +9 +--set train.units=9\n/);
    expect(stdout).toMatch(/steps +4 +experiments\/tiny.yaml:7\n/);
    expect(stdout).toMatch(/dropout +0.5 +default\n/);
    expect(stdout).toMatch(/tokens.txt +[0-9a-f]{12} +input\n/);
  });

  it('knows the stages', async () => {
    const { code, stderr } = await workspace.etude('explain', '--config', 'experiments/tiny.yaml', '--stage', 'trian');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: '--stage trian: pipeline song has no stage "trian"; did you mean "train"?\n',
    });
  });
});

it('etude graph shows what each stage reads and writes', async () => {
  const { stages } = JSON.parse((await workspace.etude('graph', '--config', 'experiments/tiny.yaml', '--json')).stdout);
  expect(stages.map(({ name, after }: { name: string; after: string[] }) => [name, after])).toEqual([
    ['extract-track', []],
    ['tokenize', ['extract-track']],
    ['study', ['extract-track', 'tokenize']],
    ['build-vocab', ['tokenize']],
    ['train', ['tokenize', 'build-vocab']],
    ['sample', ['train', 'build-vocab', 'tokenize', 'study']],
    ['render', ['sample', 'extract-track', 'tokenize']],
    ['measure', ['sample', 'tokenize', 'train', 'study']],
    ['report', ['render', 'sample', 'tokenize', 'study', 'measure', 'train']],
  ]);
  expect((await workspace.etude('graph', '--config', 'experiments/tiny.yaml')).stdout).toMatch(
    /\nrender +song-\*\.txt, pieces\.jsonl, grammar\.json +song-\*\.mid, song-\*\.wav, song-\*\.mp3, song-\*\.ogg\n/,
  );
});

it('etude doctor says which backend is in use, how fast it is, and what to do', async () => {
  const report = JSON.parse((await workspace.etude('doctor', '--json')).stdout);
  expect(report.gflops).toBeGreaterThan(0);
  expect(report.native).toBe(report.backend === 'tensorflow');
  expect(report.advice.length > 0).toBe(!report.native);
});

it.each([
  ['--help'],
  ['run', '--help'],
  ['compare', '--help'],
  ['explain', '--help'],
  ['status', '--help'],
  ['graph', '--help'],
  ['doctor', '--help'],
])('etude %s %s helps', async (...args) => {
  const { code, stdout, stderr } = await workspace.etude(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Usage: etude');
  if (args.length > 1) expect(stdout).toMatch(/Examples:\n {2}\$ etude /);
});

describe('without the native add-on', () => {
  it('a song is made on wasm, which is said, and doctor tells what to do', async () => {
    const bare = new CliWorkspace();
    // Stands in for a machine on which set-up could not provide the add-on.
    bare.write('no-addon.cjs', '');
    appendFileSync(
      bare.path('no-addon.cjs'),
      `const Module = require('node:module');
       const resolve = Module._resolveFilename;
       Module._resolveFilename = function (request, ...rest) {
         if (String(request).endsWith('tfjs_binding.node')) throw new Error('Cannot find module tfjs_binding.node');
         return resolve.call(this, request, ...rest);
       };`,
    );
    const env = { NODE_OPTIONS: `--require ${bare.path('no-addon.cjs')}` };
    const { code, stdout } = await bare.start(['run', '--config', 'experiments/tiny.yaml'], env).finished;
    expect(code).toBe(0);
    expect(stdout).toContain(
      'computing on wasm, up to 30 times slower than native TensorFlow; `etude doctor` tells what to do',
    );
    expect(stdout).toMatch(/9 of 9 stages ran/);
    const doctor = JSON.parse((await bare.start(['doctor', '--json'], env).finished).stdout);
    expect(doctor).toMatchObject({
      backend: 'wasm',
      native: false,
      nativeProblem: 'Cannot find module tfjs_binding.node',
    });
    expect(doctor.advice.join('\n')).toContain('etude setup');
  });
});

describe('etude cache', () => {
  it('shows what each stage of each experiment takes up', async () => {
    const { code, stdout } = await workspace.etude('cache');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^experiment +stage +results +size +checkpoints +last used \(UTC\)$/m);
    expect(stdout).toMatch(/^tiny +extract-track +1 +[\d.]+ kB +0 B +\d{4}-\d\d-\d\d \d\d:\d\d$/m);
    expect(stdout).toMatch(/^[\d.]+ [kM]B in \d+ files$/m);
    const { stages, bytes } = JSON.parse((await workspace.etude('cache', '--json')).stdout);
    expect(stages).toContainEqual(expect.objectContaining({ experiment: 'deep', stage: 'train', outputs: 1 }));
    expect(bytes).toBeGreaterThan(100_000);
  });

  it('prunes, says what, and refuses amounts that it does not understand', async () => {
    const dry = await workspace.etude('cache', 'prune', '--max-size', '1kB', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout).dropped.length).toBeGreaterThan(7);
    expect((await workspace.etude('cache', 'prune', '--older-than', '1h')).stdout).toMatch(
      /^freed 0 B of 0 entries and 0 left-over files; [\d.]+ [kM]B are left\n$/,
    );
    for (const [option, value] of [
      ['--older-than', '30'],
      ['--older-than', '5constructor'],
      ['--max-size', '-2GB'],
    ]) {
      const { code, stderr } = await workspace.etude('cache', 'prune', `${option}=${value}`);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^--\S+ \S+: expected a number with a unit, such as .+\n$/),
      ]);
    }
  });

  it('verifies, and what was damaged is made again', async () => {
    const whole = await workspace.etude('cache', 'verify');
    expect(whole).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+ files of [\d.]+ [kM]B read, 0 damaged\n$/),
    });
    const root = workspace.path('.etude/cache/content-v2');
    const song = readFileSync(workspace.path('artifacts/deep/render/song-1.mid'));
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && readFileSync(path).equals(song)) truncateSync(path, 10);
    }
    const { code, stdout } = await workspace.etude('cache', 'verify', '--json');
    expect([code, JSON.parse(stdout).damaged]).toEqual([1, [expect.stringMatching(/^[0-9a-f]{64}$/)]]);
    const again = await workspace.etude('run', '--config', 'experiments/deep.yaml');
    expect(again.stdout).toContain('1 of 9 stages ran');
    expect((await workspace.etude('cache', 'verify')).code).toBe(0);
  });
});
