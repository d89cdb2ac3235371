// More than 300 lines: every way out of the workspace that was tried, side by side.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { cacheContents, pruneCache, readRunRecord, type StageRecord, verifyCache } from './index.js';
import { type ToyWorkspace, toyWorkspace } from './testing/toy-workspace.js';

let toy: ToyWorkspace;
let outside: string;
beforeEach(() => {
  toy = toyWorkspace();
  outside = mkdtempSync(join(tmpdir(), 'etude-outside-'));
});

const at = (path: string) => join(toy.folder, path);
const read = (path: string) => readFileSync(at(path), 'utf8');
/** What a run says against it. */
const refusal = async (...args: Parameters<ToyWorkspace['run']>) => {
  const run = async () => toy.run(...args);
  return run().then(
    ({ error }) => (error === undefined ? undefined : String(error)),
    (error) => `${error.name}: ${error.message}`,
  );
};
const link = (path: string, to: string) => {
  rmSync(at(path), { recursive: true, force: true });
  symlinkSync(to, at(path));
};

describe('run.json', () => {
  /** Changes the record of one stage of the experiment `a`. */
  const forge = (change: (stage: StageRecord) => unknown) => {
    const record = JSON.parse(read('artifacts/a/run.json'));
    record.stages = record.stages.map((stage: StageRecord) => (stage.name === 'head' ? change(stage) : stage));
    writeFileSync(at('artifacts/a/run.json'), JSON.stringify(record));
  };
  const output = { digest: '0'.repeat(64), bytes: 1 };

  it.each([
    '../../../victim.txt',
    '/victim.txt',
    '..',
    '.',
    '',
    'a/b.txt',
    'a\\b.txt',
    '.hidden',
    'a\0.txt',
  ])('that names the output %j has nothing removed', async (path) => {
    await toy.run('a');
    toy.write('victim.txt', 'keep');
    toy.write('artifacts/a/head/a/b.txt', 'keep');
    forge((stage) => ({ ...stage, outputs: [{ ...output, path }] }));
    expect(readRunRecord(at('artifacts/a'))).toBe(undefined);
    expect(await toy.statuses('a')).toEqual({ read: 'hit', head: 'hit', split: 'hit', join: 'hit' });
    expect([read('victim.txt'), read('artifacts/a/head/a/b.txt')]).toEqual(['keep', 'keep']);
    expect(readRunRecord(at('artifacts/a'))).toMatchObject({ status: 'done' });
  });

  it.each(['../..', '/tmp', '.', '', 'a/b'])('that names the stage %j counts as absent', async (name) => {
    await toy.run('a');
    forge((stage) => ({ ...stage, name }));
    expect(readRunRecord(at('artifacts/a'))).toBe(undefined);
  });

  it('that names a folder as an output leaves the folder alone', async () => {
    await toy.run('a');
    toy.write('artifacts/a/head/mine/notes.txt', 'keep');
    forge((stage) => ({ ...stage, outputs: [...stage.outputs, { ...output, path: 'mine' }] }));
    expect(await refusal('a')).toBe(undefined);
    expect(read('artifacts/a/head/mine/notes.txt')).toBe('keep');
  });

  it.each([
    '',
    '{}',
    '[]',
    '5',
    'null',
    '"x"',
    '{"stages":[{}]}',
    '{"stages":{"a":1}}',
    '{"experiment":"a","stages":[',
    '\0',
  ])('that is %j counts as absent', async (text) => {
    await toy.run('a');
    writeFileSync(at('artifacts/a/run.json'), text);
    expect(readRunRecord(at('artifacts/a'))).toBe(undefined);
    const { record } = await toy.run('a', { dryRun: true });
    expect(record.stages.map(({ reasons }) => reasons[0])).toEqual(
      Array(4).fill('first run of this stage in this experiment'),
    );
  });

  it('is read back as it was written', async () => {
    const { record } = await toy.run('a', { versions: { etude: '1' } });
    const { stages } = readRunRecord(at('artifacts/a'))!;
    expect(stages).toEqual(JSON.parse(JSON.stringify(record.stages)));
  });

  it('that is a link is not read and not written through', async () => {
    const { record } = await toy.run('a');
    writeFileSync(join(outside, 'run.json'), JSON.stringify(record));
    link('artifacts/a/run.json', join(outside, 'run.json'));
    const before = readFileSync(join(outside, 'run.json'), 'utf8');
    expect(readRunRecord(at('artifacts/a'))).toBe(undefined);
    expect(await refusal('a')).toBe(undefined);
    expect(readFileSync(join(outside, 'run.json'), 'utf8')).toBe(before);
    expect(lstatSync(at('artifacts/a/run.json')).isFile()).toBe(true);
  });
});

describe('a symbolic link', () => {
  it.each([
    'artifacts',
    'artifacts/a',
    'artifacts/a/head',
    '.etude',
    '.etude/cache',
    '.etude/locks',
    '.etude/cache/tmp',
  ])('at %s is refused before anything runs, and nothing is written through it', async (path) => {
    for (const folder of ['artifacts/a', '.etude/cache']) mkdirSync(at(folder), { recursive: true });
    link(path, outside);
    expect(await refusal('a')).toBe(
      `InputError: ${path}: expected a folder, found a symbolic link or a file; Etude writes only to real folders of the workspace`,
    );
    expect(readdirSync(outside)).toEqual([]);
    expect(toy.ran).toEqual([]);
  });

  it('that takes the place of a folder during the run is refused as well', async () => {
    const stages = toy.stages.map((stage) => ({
      ...stage,
      run: (context: never) => {
        if (stage.name === 'head') link('artifacts/a/head', outside);
        return stage.run(context);
      },
    }));
    const { error } = await toy.run('a', { stages });
    expect(String(error)).toContain('artifacts/a/head: expected a folder, found a symbolic link');
    expect(readdirSync(outside)).toEqual([]);
  });

  it('in the place of the cache is not pruned through', async () => {
    await toy.run('a');
    renameSync(at('.etude/cache'), join(outside, 'cache'));
    link('.etude/cache', join(outside, 'cache'));
    const before = readdirSync(outside, { recursive: true }).sort();
    for (const command of [cacheContents, pruneCache, verifyCache]) {
      await expect(command(toy.folder)).rejects.toThrow('.etude/cache: expected a folder, found a symbolic link');
    }
    expect(readdirSync(outside, { recursive: true }).sort()).toEqual(before);
  });

  it('in the place of the locks is not pruned through', async () => {
    await toy.run('a');
    writeFileSync(join(outside, 'old'), 'keep');
    utimesSync(join(outside, 'old'), 1, 1);
    link('.etude/locks', outside);
    await expect(pruneCache(toy.folder)).rejects.toThrow('.etude/locks: expected a folder, found a symbolic link');
    expect(readdirSync(outside)).toEqual(['old']);
  });

  it('in the place of an artifact is replaced, with a warning', async () => {
    await toy.run('a');
    writeFileSync(join(outside, 'victim.txt'), 'keep');
    link('artifacts/a/head/head.txt', join(outside, 'victim.txt'));
    link('artifacts/a/join/joined.txt', join(outside, 'new.txt'));
    const warnings: string[] = [];
    await toy.run('a', { observer: { warning: (message) => warnings.push(message) } });
    expect(warnings).toEqual(Array(2).fill(expect.stringContaining('is a symbolic link; a file takes its place')));
    expect([read('artifacts/a/head/head.txt'), read('artifacts/a/join/joined.txt')]).toEqual(['abc', 'abc:abcd|efgh']);
    expect(readdirSync(outside)).toEqual(['victim.txt']);
    expect(readFileSync(join(outside, 'victim.txt'), 'utf8')).toBe('keep');
  });

  it('out of the workspace is named up to the tenth, and counted', async () => {
    writeFileSync(join(outside, 'x.txt'), 'x');
    toy.write('music/a.txt', 'a');
    for (let index = 10; index < 22; index++) link(`music/${index}.txt`, join(outside, 'x.txt'));
    const warnings: string[] = [];
    const observer = { warning: (message: string) => warnings.push(message) };
    await toy.run('a', { set: ['read.source=music'], observer });
    expect(warnings).toHaveLength(11);
    expect(warnings[0]).toBe(
      `read.source: music/10.txt is left out: the link leads out of ${toy.folder}, to ${join(outside, 'x.txt')}`,
    );
    expect(warnings[10]).toBe('and 2 more files left out');
    expect(read('artifacts/a/read/text.txt')).toBe('a');
  });

  it('as an experiment, a base or a pipeline may not lead out of the workspace', async () => {
    toy.write('inside/base.yaml', read('experiments/a.yaml'));
    for (const file of ['experiments/a.yaml', 'pipelines/toy.yaml'])
      writeFileSync(join(outside, file.split('/')[1]!), read(file));
    link('experiments/linked.yaml', join(outside, 'a.yaml'));
    link('experiments/fine.yaml', '../inside/base.yaml');
    toy.write('experiments/over.yaml', 'extends: linked.yaml\n');
    toy.write('experiments/absolute.yaml', `extends: ${join(outside, 'a.yaml')}\n`);
    const leads = `leads out of the workspace through a link, to ${join(outside, 'a.yaml')}`;
    expect(await refusal('linked')).toBe(`InputError: --config: experiments/linked.yaml ${leads}`);
    expect(await refusal('over')).toBe(`InputError: experiments/over.yaml:1:10: experiments/linked.yaml ${leads}`);
    expect(await refusal('absolute')).toContain(
      'experiments/absolute.yaml:1:10: expected a file inside the workspace ',
    );
    expect(await refusal('fine')).toBe(undefined);
    link('pipelines/toy.yaml', join(outside, 'toy.yaml'));
    expect(await refusal('a')).toContain('experiments/a.yaml:1:11: pipelines/toy.yaml leads out of the workspace');
  });
});

describe("an experiment's folder", () => {
  const text = () => read('experiments/a.yaml');

  it.each([
    '../x',
    'experiments/../x',
    'other/a',
    'experiments',
  ])('is not given to a file outside of experiments/: %s', async (path) => {
    toy.write(`${path}.yaml`, text());
    expect(await refusal(`../${path}`)).toMatch(
      /^InputError: --config: expected a file (inside the workspace|such as experiments\/mine.yaml)/,
    );
    expect(existsSync(at('artifacts'))).toBe(false);
  });

  it.each([
    '..',
    '.',
    '.hidden',
    'deep/..',
    'deep/.hidden',
  ])('is not given to an experiment called %s', async (name) => {
    toy.write('experiments/deep/x.yaml', text());
    toy.write(`experiments/${name}.yaml`, text());
    expect(await refusal(name)).toMatch(/^InputError: --config: expected a/);
    expect(existsSync(at('artifacts'))).toBe(false);
  });

  it('is not shared by two endings', async () => {
    toy.write('experiments/a.yml', text());
    expect(await refusal('a')).toBe(
      'InputError: --config: experiments/a.yaml and experiments/a.yml would share the folder artifacts/a; rename one of them',
    );
  });

  it('does not lie inside of another one', async () => {
    toy.write('experiments/a/head.yaml', text());
    toy.write('experiments/a/deep/b.yaml', text());
    expect(await refusal('a/head')).toBe(
      'InputError: --config: artifacts/a/head would lie inside of artifacts/a, the folder of experiments/a.yaml; rename one of them',
    );
    expect(await refusal('a/deep/b')).toContain('artifacts/a/deep/b would lie inside of artifacts/a');
    expect(await refusal('a')).toBe(undefined);
  });

  it('may lie deeper, and have any letters', async () => {
    toy.write('experiments/my songs/Größe, 練習.yaml', text());
    expect(await refusal('my songs/Größe, 練習')).toBe(undefined);
    expect(read('artifacts/my songs/Größe, 練習/head/head.txt')).toBe('abc');
  });

  it('keeps what is in the way of an artifact', async () => {
    mkdirSync(at('artifacts/a/head/head.txt'), { recursive: true });
    expect(await refusal('a')).toMatch(
      /^StageError: .*head\.txt is in the way of an artifact, and no file; remove it$/,
    );
  });
});

describe('names that every object knows', () => {
  it.each([
    'constructor',
    'toString',
    '__proto__',
  ])('%s is an unknown stage, parameter, port and word', async (name) => {
    toy.write('experiments/b.yaml', `extends: a.yaml\n${name}: { x: 1 }\nhead: { ${name}: { letters: 7 } }\n`);
    expect(await refusal('b')).toMatch(
      new RegExp(
        `^InputError: experiments/b.yaml:2:1: unknown stage "${name}".*\n.*b.yaml:3:9: head: unknown key "${name}"`,
      ),
    );
    expect(await refusal('a', { set: [`${name}.letters=1`] })).toContain(`unknown stage "${name}"`);
    expect(await refusal('a', { set: [`head.${name}.letters=1`] })).toContain(`head: unknown key "${name}"`);
    toy.write(
      'pipelines/toy.yaml',
      `stages:\n  read:\n    outputs: { text: text.txt, ${name}: b.txt }\n  ${name}: {}\n`,
    );
    expect(await refusal('a')).toContain(`stage read has no output "${name}"`);
    expect(await refusal('a')).toContain(`unknown stage "${name}"`);
    expect(({} as Record<string, unknown>).letters).toBe(undefined);
  });

  it('constructor is a stage like any other where a pipeline has one of that name', async () => {
    toy.write(
      'pipelines/toy.yaml',
      'stages:\n  read:\n    outputs: { text: text.txt }\n  constructor:\n    stage: head\n    inputs: { text: text.txt }\n    outputs: { text: head.txt }\n',
    );
    toy.write('experiments/b.yaml', 'pipeline: toy\nread: { source: text.txt }\n');
    expect(await toy.statuses('b')).toEqual({ read: 'ran', constructor: 'ran' });
    expect(read('artifacts/b/constructor/head.txt')).toBe('a');
  });

  it('run.json is no name for a stage', async () => {
    toy.write('pipelines/toy.yaml', 'stages:\n  run.json:\n    stage: read\n    outputs: { text: text.txt }\n');
    expect(await refusal('a')).toContain("a stage's name is its folder's");
  });
});

describe('problems', () => {
  it('are named up to the twentieth, and counted; thousands take no time', async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `  k${index}: 1\n`).join('');
    toy.write('experiments/b.yaml', `extends: a.yaml\nhead:\n${keys}`);
    const started = process.cpuUsage();
    const lines = (await refusal('b'))!.split('\n');
    expect(process.cpuUsage(started).user).toBeLessThan(3e6);
    expect(lines).toHaveLength(21);
    expect([lines[1], lines[20]]).toEqual([
      'experiments/b.yaml:4:3: head: unknown key "k1"; expected one of letters, threads',
      'and 9,980 more problems',
    ]);
  });

  it('of a file that is not YAML at all are counted as well', async () => {
    toy.write('experiments/b.yaml', '"'.repeat(250_000));
    const lines = (await refusal('b'))!.split('\n');
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe('InputError: experiments/b.yaml:1:3: Unexpected double-quoted-scalar at node end');
  });

  it('show values as YAML writes them, cut where they are long', async () => {
    const message = (value: string) => refusal('a', { set: [`head.letters=${value}`] });
    expect(await message('.nan')).toContain('head.letters: expected number, found .nan');
    expect(await message('-.inf')).toContain('found -.inf');
    expect(await message('[.nan, 1]')).toContain('found [".nan",1]');
    expect((await message('x'.repeat(5000)))!.split('found ')[1]).toHaveLength(101);
  });

  it('of --set are told where a key is no parameter', async () => {
    for (const key of ['extends', 'pipeline', 'description', 'extends.x']) {
      expect(await refusal('a', { set: [`${key}=b.yaml`] })).toBe(
        `InputError: --set ${key}=b.yaml: ${key.split('.')[0]} belongs into an experiment's file; --set changes parameters of stages, such as sample.temperature=1.2`,
      );
    }
    expect(await refusal('a', { set: ['head..letters=1'] })).toContain('expected stage.parameter=value');
    expect(await refusal('a', { set: ['head.letters=&x [*x]'] })).toBe(
      'InputError: --set head.letters=&x [*x]: *x is part of what it stands for',
    );
  });
});
