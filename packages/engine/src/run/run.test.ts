// More than 300 lines: all that a run promises, on the same small pipeline.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { temporaryName } from '../files/process-identity.js';
import {
  defineStage,
  InputError,
  type RunObserver,
  readRunRecord,
  type Stage,
  StageError,
  textFormat,
} from '../index.js';
import { type ToyWorkspace, toyWorkspace } from '../testing/toy-workspace.js';

let toy: ToyWorkspace;
beforeEach(() => {
  toy = toyWorkspace();
});

const artifact = (path: string) => readFileSync(join(toy.folder, 'artifacts', path), 'utf8');
const everything = { read: 'ran', head: 'ran', split: 'ran', join: 'ran' };
const nothing = { read: 'hit', head: 'hit', split: 'hit', join: 'hit' };
const reasons = async (...args: Parameters<ToyWorkspace['run']>) => {
  const { record } = await toy.run(...args);
  return Object.fromEntries(record.stages.map((stage) => [stage.name, stage.reasons]));
};
/** Every file of the cache that holds the content of an artifact. */
const cachedContents = () => {
  const root = join(toy.folder, '.etude', 'cache', 'content-v2');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => join(root, path))
    .filter((path) => statSync(path).isFile());
};

describe('a run', () => {
  it('runs every stage once, each after those that it reads from, and leaves a folder a stage', async () => {
    expect(await toy.statuses('a')).toEqual(everything);
    expect([...toy.ran].sort()).toEqual(['head', 'join', 'read', 'split']);
    expect(toy.ran[0]).toBe('read');
    expect(toy.ran.at(-1)).toBe('join');
    expect(artifact('a/join/joined.txt')).toBe('abc:abcd|efgh');
    expect(artifact('a/split/part-2.txt')).toBe('efgh');
  });

  it('keeps what a stage said, also where it is not run again', async () => {
    const said = async () => (await toy.run('a')).record.stages.map((stage) => [stage.name, stage.said]);
    const first = await said();
    expect(first).toContainEqual(['head', ['took 3 letters']]);
    expect(await said()).toEqual(first);
  });

  it('runs nothing again when nothing has changed', async () => {
    await toy.run('a');
    expect(await toy.statuses('a')).toEqual(nothing);
    expect(toy.ran).toHaveLength(4);
  });

  it('runs nothing for a comment, another order of keys, or a default written out', async () => {
    await toy.run('a');
    toy.write(
      'experiments/a.yaml',
      '# a comment\nsplit:\n  options:\n    reverse: false\n  parts: 2\nhead: { letters: 3 }\npipeline: toy\nread: { trim: false, source: text.txt }\n',
    );
    expect(await toy.statuses('a')).toEqual(nothing);
  });

  it('runs what a parameter changes and what follows from it, and says so', async () => {
    await toy.run('a');
    const set = ['head.letters=2'];
    expect(await reasons('a', { set })).toEqual({
      read: [],
      head: ['head.letters 3 → 2'],
      split: [],
      join: ['head.txt changed'],
    });
    expect(toy.ran.slice(4)).toEqual(['head', 'join']);
    expect(artifact('a/join/joined.txt')).toBe('ab:abcd|efgh');
  });

  it('runs nothing for a parameter that has no effect on what comes out', async () => {
    await toy.run('a');
    expect(await toy.statuses('a', { set: ['head.threads=7'] })).toEqual({
      ...{ read: 'hit', head: 'hit', split: 'hit', join: 'hit' },
    });
  });

  it('names a nested parameter by its path', async () => {
    await toy.run('a');
    const set = ['split.options.reverse=true'];
    expect((await reasons('a', { set })).split).toEqual(['split.options.reverse false → true']);
  });

  it('takes an earlier value from the cache', async () => {
    await toy.run('a');
    await toy.run('a', { set: ['head.letters=2'] });
    expect(await toy.statuses('a')).toEqual(nothing);
    expect(artifact('a/join/joined.txt')).toBe('abc:abcd|efgh');
  });

  it('depends on the bytes of a file, not on its path', async () => {
    await toy.run('a');
    toy.write('other.txt', 'abcdefgh');
    expect(await toy.statuses('a', { set: ['read.source=other.txt'] })).toEqual(nothing);
    toy.write('text.txt', 'xyz');
    expect(await reasons('a')).toMatchObject({
      read: ['read.source other.txt → text.txt'],
      head: ['text.txt changed'],
    });
    toy.write('text.txt', 'xyzw');
    expect((await reasons('a')).read).toEqual(['text.txt changed']);
  });

  it('gives a stage the bytes that its fingerprint was made of, even where the file changes meanwhile', async () => {
    await toy.run('a', { observer: { stageStarted: (name) => name === 'read' && toy.write('text.txt', 'changed!') } });
    expect(artifact('a/read/text.txt')).toBe('abcdefgh');
    expect((await reasons('a')).read).toEqual(['text.txt changed']);
    expect(artifact('a/read/text.txt')).toBe('changed!');
  });

  it('reads folders, patterns and lists of files in the order of their names, and says what changed in them', async () => {
    for (const name of ['b', 'a', 'deep/c']) toy.write(`music/${name}.txt`, name.at(-1)!);
    toy.write('music/notes.md', 'not for this stage');
    toy.write('experiments/many.yaml', 'extends: a.yaml\nread: { source: music }\n');
    const first = await toy.run('many');
    expect(artifact('many/read/text.txt')).toBe('abc');
    expect(first.record.stages[0]!.files.source).toMatchObject({
      path: 'music',
      files: { 'deep/c.txt': expect.any(String) },
    });
    expect((await toy.statuses('many')).read).toBe('hit');
    // Elsewhere, but the same names and bytes.
    for (const name of ['b', 'a', 'deep/c']) toy.write(`other/${name}.txt`, name.at(-1)!);
    expect((await toy.statuses('many', { set: ['read.source=other'] })).read).toBe('hit');
    await toy.run('many');
    toy.write('music/a.txt', 'A');
    toy.write('music/d.txt', 'd');
    rmSync(join(toy.folder, 'music/deep/c.txt'));
    expect((await reasons('many')).read).toEqual(['music: d.txt added, a.txt changed, deep/c.txt gone']);
    expect(artifact('many/read/text.txt')).toBe('Abd');
    await toy.run('many', { set: ['read.source=music/[ab].txt'] });
    expect(artifact('many/read/text.txt')).toBe('Ab');
    await toy.run('many', { set: ['read.source=[music/b.txt, other/a.txt, music]'] });
    expect(artifact('many/read/text.txt')).toBe('Abda');
  });

  it('refuses folders and patterns in which there is nothing to read', async () => {
    toy.write('empty/notes.md', 'not for this stage');
    const message = async (source: string) => {
      const run = async () => toy.run('a', { set: [`read.source=${source}`] });
      return run().then(() => '', String);
    };
    expect(await message('empty')).toContain('read.source: there is no file of type txt in the folder empty');
    expect(await message('empty/*.txt')).toContain('read.source: no file matches empty/*.txt');
    expect(await message('..')).toContain('expected a path inside the workspace');
  });

  it('fails a stage whose files change while it waits for them', async () => {
    for (const name of ['a', 'b']) toy.write(`music/${name}.txt`, name);
    const change = (name: string) => name === 'read' && toy.write('music/b.txt', 'changed');
    const { error } = await toy.run('a', { set: ['read.source=music'], observer: { stageStarted: change } });
    expect(String(error)).toContain('music/b.txt has changed since the run began');
  });

  it('gives a stage back what it noted down, as long as version and parameters are the same', async () => {
    const seen: (string | undefined)[] = [];
    const stages = (version: number): Stage[] =>
      toy.stages.map((stage) => {
        if (stage.name !== 'read') return stage;
        const run: Stage['run'] = async (context) => {
          const bytes = await context.memo.load();
          seen.push(bytes && new TextDecoder().decode(bytes));
          await context.memo.save(new TextEncoder().encode('noted'));
          return stage.run(context);
        };
        return { ...stage, version, run };
      });
    for (const [text, version] of [
      ['one', 1],
      ['two', 1],
      ['three', 2],
    ] as const) {
      toy.write('text.txt', text);
      await toy.run('a', { stages: stages(version) });
    }
    expect(seen).toEqual([undefined, 'noted', undefined]);
  });

  it('finds a pipeline under either ending of YAML', async () => {
    toy.write('pipelines/short.yml', 'stages:\n  read:\n    outputs: { text: text.txt }\n');
    toy.write('experiments/short.yaml', 'pipeline: short\nread: { source: text.txt }\n');
    expect(await toy.statuses('short')).toEqual({ read: 'ran' });
  });

  it('shares the stages that two experiments have in common', async () => {
    await toy.run('a');
    toy.write('experiments/b.yaml', 'extends: a.yaml\nsplit: { parts: 4 }\n');
    expect(await toy.statuses('b')).toEqual({ read: 'hit', head: 'hit', split: 'ran', join: 'ran' });
    expect(artifact('b/head/head.txt')).toBe('abc');
  });

  it('stops the wave at a stage that runs again and yields the same bytes', async () => {
    await toy.run('a');
    expect(await toy.statuses('a', { set: ['read.trim=true'] })).toEqual({ ...nothing, read: 'ran' });
  });

  it('runs a stage again when its version has grown', async () => {
    await toy.run('a');
    const stages = toy.stages.map((stage) => (stage.name === 'head' ? { ...stage, version: 2 } : stage));
    expect((await reasons('a', { stages })).head).toEqual(['version 1 → 2']);
  });

  it('runs the stage that is asked for, and what follows where its output changed', async () => {
    await toy.run('a');
    expect(await reasons('a', { again: ['head'] })).toMatchObject({ head: ['asked for by --stage'] });
    expect(toy.ran.slice(4)).toEqual(['head']);
    const both = Object.keys(await reasons('a', {})).slice(0, 2);
    const asked = await reasons('a', { again: both });
    for (const name of both) expect(asked[name]).toEqual(['asked for by --stage']);
    await expect(toy.run('a', { again: ['haed'] })).rejects.toThrow(
      '--stage haed: pipeline toy has no stage "haed"; did you mean "head"?',
    );
  });

  it('warns of a stage that gives other bytes for the same fingerprint', async () => {
    await toy.run('a');
    const stages = toy.stages.map((stage) =>
      stage.name === 'head' ? { ...stage, run: () => ({ text: 'other' }) } : stage,
    );
    const warnings: string[] = [];
    const observer = { warning: (message: string) => warnings.push(message) };
    await toy.run('a', { again: ['head'], stages, observer });
    expect(warnings).toEqual(['head gave other bytes than before for the same inputs and parameters']);
  });

  it('says in a dry run what would run and why, and writes nothing', async () => {
    const dry = await toy.run('a', { dryRun: true });
    expect(dry.record.stages.map(({ status }) => status)).toEqual(Array(4).fill('would-run'));
    expect(existsSync(join(toy.folder, 'artifacts'))).toBe(false);
    expect(toy.ran).toEqual([]);
    await toy.run('a');
    expect(await reasons('a', { dryRun: true, set: ['head.letters=1'] })).toEqual({
      ...{ read: [], head: ['head.letters 3 → 1'], split: [], join: ['after head, whose output may change'] },
    });
  });

  it('removes what an earlier run left and this one does not have, and nothing else', async () => {
    await toy.run('a', { set: ['split.parts=4'] });
    toy.write('artifacts/a/split/notes-of-mine.txt', 'keep');
    await toy.run('a');
    expect(readdirSync(join(toy.folder, 'artifacts/a/split')).sort()).toEqual([
      'notes-of-mine.txt',
      'part-1.txt',
      'part-2.txt',
    ]);
  });

  it('removes what killed processes left half written', async () => {
    const stray = temporaryName('x').replace(/-\d+-\d*\./, '-999999-1.');
    const folders = ['.etude/locks', '.etude/cache/tmp', 'artifacts/a', 'artifacts/a/split'];
    for (const folder of folders) toy.write(`${folder}/${stray}`, 'x');
    await toy.run('a');
    expect(folders.filter((folder) => existsSync(join(toy.folder, folder, stray)))).toEqual([]);
  });

  it('restores an artifact that was changed or removed in the artifact folder', async () => {
    await toy.run('a');
    writeFileSync(join(toy.folder, 'artifacts/a/head/head.txt'), 'changed');
    rmSync(join(toy.folder, 'artifacts/a/join/joined.txt'));
    const warnings: string[] = [];
    await toy.run('a', { observer: { warning: (message) => warnings.push(message) } });
    expect(artifact('a/head/head.txt')).toBe('abc');
    expect(artifact('a/join/joined.txt')).toBe('abc:abcd|efgh');
    expect(warnings).toEqual([expect.stringContaining('is not what was written there')]);
  });

  it('records every parameter, digest, time and version, and why each stage ran', async () => {
    await toy.run('a', { versions: { etude: '9.9' } });
    const record = readRunRecord(join(toy.folder, 'artifacts/a'))!;
    expect(record).toMatchObject({ experiment: 'a', config: 'experiments/a.yaml', pipeline: 'toy', status: 'done' });
    expect(record.versions).toMatchObject({ etude: '9.9', node: process.versions.node });
    const split = record.stages.find(({ name }) => name === 'split')!;
    expect(split).toMatchObject({ status: 'ran', version: 1, params: { parts: 2, options: { reverse: false } } });
    expect(split.inputs!.text![0]!.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(split.outputs).toEqual([
      { path: 'part-1.txt', digest: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: 4 },
      { path: 'part-2.txt', digest: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: 4 },
    ]);
  });

  it('is told of by an observer', async () => {
    const told: string[] = [];
    const observer: RunObserver = {
      stageStarted: (name) => told.push(`start ${name}`),
      stageProgress: (name, { done, total, unit }) => told.push(`${name} ${done}/${total} ${unit}`),
      stageSays: (name, line) => told.push(`${name}: ${line}`),
      stageDone: ({ name, status }) => told.push(`${status} ${name}`),
    };
    await toy.run('a', { observer });
    expect(told.slice(2, 6)).toEqual(['start head', 'head 1/1 texts', 'head: took 3 letters', 'ran head']);
  });
});

describe('a stage that fails', () => {
  const failing = (error: unknown) =>
    toy.stages.map((stage) => (stage.name !== 'head' ? stage : { ...stage, run: () => Promise.reject(error) }));

  it('ends the run with its error; what follows is skipped, what was done stays', async () => {
    const { record, error } = await toy.run('a', { stages: failing(new StageError('no head')) });
    expect(error).toEqual(new StageError('no head'));
    expect(record.status).toBe('failed');
    expect(record.stages.map(({ name, status }) => [name, status])).toEqual([
      ...[
        ['read', 'ran'],
        ['head', 'failed'],
        ['split', 'skipped'],
        ['join', 'skipped'],
      ],
    ]);
    expect(existsSync(join(toy.folder, 'artifacts/a/head'))).toBe(false);
    expect(await reasons('a')).toMatchObject({ read: [], head: ['did not finish last time'] });
    expect(await toy.statuses('a')).toEqual(nothing);
  });

  it('is refused where it does not return what it declares', async () => {
    const wrong = defineStage({
      name: 'head',
      version: 1,
      summary: '',
      params: z.looseObject({}),
      inputs: { text: textFormat },
      outputs: { text: textFormat },
      run: () => ({}) as never,
    });
    const stages = toy.stages.map((stage) => (stage.name === 'head' ? wrong : stage));
    expect((await toy.run('a', { stages })).error).toEqual(new Error('stage head did not return anything for "text"'));
  });

  it.each(['fails', 'is killed'])('after one that %s leaves nothing that it did not make', async (how) => {
    const runJson = join(toy.folder, 'artifacts/a/run.json');
    await toy.run('a', { set: ['split.parts=4'] });
    toy.write('text.txt', 'ijklmnop');
    const stages = toy.stages.map((stage) =>
      stage.name === 'head' ? { ...stage, run: () => Promise.reject(new StageError('failed')) } : stage,
    );
    let then = '';
    const stageStarted = (name: string) => {
      if (name === 'head') then = readFileSync(runJson, 'utf8');
    };
    await toy.run('a', { stages, set: ['split.parts=2'], observer: { stageStarted } });
    if (how === 'is killed') writeFileSync(runJson, then);
    expect(await reasons('a', { set: ['split.parts=2'] })).toMatchObject({ head: ['did not finish last time'] });
    expect(readdirSync(join(toy.folder, 'artifacts/a/split'))).toEqual(['part-1.txt', 'part-2.txt']);
  });

  it('removes what one that was killed while it wrote a folder may have put there', async () => {
    await toy.run('a', { set: ['split.parts=2'] });
    const folder = join(toy.folder, 'artifacts/a/split');
    // The last part cannot be written, since something stands in its place.
    mkdirSync(join(folder, 'part-4.txt'));
    await toy.run('a', { set: ['split.parts=4'] });
    expect(readdirSync(folder)).toContain('part-3.txt');
    rmdirSync(join(folder, 'part-4.txt'));
    await toy.run('a', { set: ['split.parts=2'] });
    expect(readdirSync(folder)).toEqual(['part-1.txt', 'part-2.txt']);
  });

  it('that finds everything as it was writes run.json once, at its end', async () => {
    await toy.run('a');
    const seen = new Set<string>();
    const stageDone = () => seen.add(readFileSync(join(toy.folder, 'artifacts/a/run.json'), 'utf8'));
    await toy.run('a', { observer: { stageDone } });
    expect(seen.size).toBe(1);
    expect(readRunRecord(join(toy.folder, 'artifacts/a'))!.stages.map(({ status }) => status)).toEqual(
      Array(4).fill('hit'),
    );
  });

  it('leaves the cache as it was when it is interrupted', async () => {
    const controller = new AbortController();
    const stages = toy.stages.map((stage) =>
      stage.name !== 'head'
        ? stage
        : {
            ...stage,
            run: ({ signal }: { signal: AbortSignal }) => {
              controller.abort(new Error('enough'));
              signal.throwIfAborted();
              return { text: 'never' };
            },
          },
    );
    const { error, record } = await toy.run('a', { stages, signal: controller.signal });
    expect(error).toEqual(new Error('enough'));
    expect(record.stages[1]).toMatchObject({ name: 'head', status: 'failed', reasons: ['interrupted'] });
    expect(readRunRecord(join(toy.folder, 'artifacts/a'))!.status).toBe('unfinished');
    expect(await toy.statuses('a')).toEqual({ ...everything, read: 'hit' });
  });
});

describe('a checkpoint', () => {
  /** A stage whose parameter `letters` says how far to go, and which can be made to fail on its way. */
  const going = (loaded: (string | undefined)[], fail = false) =>
    toy.stages.map((stage) =>
      stage.name !== 'head'
        ? stage
        : {
            ...stage,
            checkpointParams: ({ letters: _, ...others }: { letters: number }) => others,
            run: async ({ params, checkpoint }: Parameters<Stage['run']>[0]) => {
              const saved = await checkpoint.load();
              loaded.push(saved && Buffer.from(saved).toString());
              await checkpoint.save(Buffer.from(`came to ${params.letters}`));
              if (fail) throw new StageError('stopped');
              return { text: 'done' };
            },
          },
    );

  it('is there when the stage runs again after it failed, and with a parameter that it does not depend on', async () => {
    const loaded: (string | undefined)[] = [];
    await toy.run('a', { stages: going(loaded, true) });
    await toy.run('a', { stages: going(loaded) });
    await toy.run('a', { stages: going(loaded), set: ['head.letters=5'] });
    expect(loaded).toEqual([undefined, 'came to 3', 'came to 3']);
  });

  it('is not there for other inputs, nor when the stage is asked for by name', async () => {
    const loaded: (string | undefined)[] = [];
    await toy.run('a', { stages: going(loaded) });
    await toy.run('a', { stages: going(loaded), again: ['head'] });
    toy.write('text.txt', 'other');
    await toy.run('a', { stages: going(loaded) });
    expect(loaded).toEqual([undefined, undefined, undefined]);
  });

  it('takes the place of the one before, and is dropped with a warning where it is damaged', async () => {
    const loaded: (string | undefined)[] = [];
    await toy.run('a', { stages: going(loaded) });
    await toy.run('a', { stages: going(loaded), set: ['head.letters=5'] });
    const holding = (text: string) => cachedContents().filter((path) => readFileSync(path, 'utf8') === text);
    expect(holding('came to 3')).toEqual([]);
    const [checkpoint] = holding('came to 5');
    writeFileSync(checkpoint!, 'came to 6');
    const warnings: string[] = [];
    const observer = { warning: (message: string) => warnings.push(message) };
    await toy.run('a', { stages: going(loaded), set: ['head.letters=7'], observer });
    expect(loaded).toEqual([undefined, 'came to 3', undefined]);
    expect(warnings).toEqual([expect.stringMatching(/^checkpoint [0-9a-f]{12} in the cache is damaged/)]);
  });
});

describe('two runs at once', () => {
  it('of one experiment do not run any stage twice', async () => {
    const waits: string[] = [];
    const observer = { waiting: (what: string) => waits.push(what) };
    const results = await Promise.all([toy.run('a', { observer }), toy.run('a', { observer })]);
    expect(results.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect([...toy.ran].sort()).toEqual(['head', 'join', 'read', 'split']);
    expect(waits).toEqual(['experiment a']);
  });

  it('of two experiments do not run a common stage twice', async () => {
    toy.write('experiments/b.yaml', 'extends: a.yaml\nsplit: { parts: 4 }\n');
    await Promise.all([toy.run('a'), toy.run('b')]);
    expect([...toy.ran].sort()).toEqual(['head', 'join', 'join', 'read', 'split', 'split']);
    expect(artifact('a/join/joined.txt')).toBe('abc:abcd|efgh');
    expect(artifact('b/join/joined.txt')).toBe('abc:ab|cd|ef|gh');
  });
});

it('InputError lists every problem on a line', () => {
  const problems = [
    { place: 'a.yaml', line: 1, column: 2, message: 'x' },
    { place: '--set b', message: 'y' },
  ];
  expect(new InputError(problems).message).toBe('a.yaml:1:2: x\n--set b: y');
});
