import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { artifactFolder, makePlan, type RunObserver, runPlan, StageCrash, StageProcesses } from '../index.js';
import { toyWorkspace } from '../testing/toy-workspace.js';

/** The toy's stages in a process, which write down when they begin and end; `split` waits, prints and dies where a file asks it to. */
const SCRIPT = `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as engine from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
import { toyStages } from ${JSON.stringify(new URL('../testing/toy-stages.js', import.meta.url).href)};
const asked = (name) => existsSync(process.env.ASKED + '/' + name);
writeFileSync(process.env.ASKED + '/pid', String(process.pid));
const note = (line) => appendFileSync(process.env.ASKED + '/log', line + '\\n');
engine.serveStages(toyStages(engine, []).map((stage) => ({
  ...stage,
  async run(context) {
    note('begin ' + stage.name);
    if (stage.name === 'split') await asking(context);
    const outputs = await stage.run(context);
    note('end ' + stage.name);
    return outputs;
  },
})));
async function asking(context) {
  context.progress({ done: 0, total: 1, unit: 'parts' });
  while (asked('wait') && !asked('go on')) {
    context.signal.throwIfAborted();
    await sleep(20);
  }
  if (asked('die')) {
    console.log('about to die');
    process.kill(process.pid, 'SIGKILL');
    await sleep(10_000);
  }
}
`;

const open: StageProcesses[] = [];
afterEach(() => {
  for (const processes of open.splice(0)) processes.close();
});

function workspaceWithProcesses(jobs = 2) {
  const toy = toyWorkspace();
  const asked = mkdtempSync(join(tmpdir(), 'etude-asked-'));
  const script = join(asked, 'script.mjs');
  writeFileSync(script, SCRIPT);
  const executor = new StageProcesses({ script, workspace: toy.folder, jobs, env: { ...process.env, ASKED: asked } });
  open.push(executor);
  return {
    ...toy,
    executor,
    ask: (name: string) => writeFileSync(join(asked, name), ''),
    pid: () => Number(readFileSync(join(asked, 'pid'), 'utf8')),
    log: () => readFileSync(join(asked, 'log'), 'utf8').trim().split('\n'),
    path: (...parts: string[]) => join(toy.folder, ...parts),
  };
}

describe('stages in processes of their own', () => {
  it('leave what they leave in this process', async () => {
    const { executor, run, path, ran } = workspaceWithProcesses();
    const { record, error } = await run('a', { executor });
    expect(error).toBeUndefined();
    expect(ran).toEqual([]);
    expect(record.stages.map(({ name, status, said }) => [name, status, said])).toEqual([
      ['read', 'ran', []],
      ['head', 'ran', ['took 3 letters']],
      ['split', 'ran', []],
      ['join', 'ran', []],
    ]);
    expect(readFileSync(path('artifacts/a/join/joined.txt'), 'utf8')).toBe('abc:abcd|efgh');
    const again = await run('a');
    expect(again.record.stages.map(({ status }) => status)).toEqual(['hit', 'hit', 'hit', 'hit']);
    expect(again.record.stages.map(({ outputs }) => outputs)).toEqual(record.stages.map(({ outputs }) => outputs));
  });

  it('run side by side where none waits for the other', async () => {
    const { executor, run, ask, log } = workspaceWithProcesses(2);
    ask('wait');
    const observer: RunObserver = {
      stageDone: ({ name }) => name === 'head' && ask('go on'),
    };
    const { error } = await run('a', { executor, observer });
    expect(error).toBeUndefined();
    expect(log().slice(2).sort()).toEqual([
      'begin head',
      'begin join',
      'begin split',
      'end head',
      'end join',
      'end split',
    ]);
  });

  it('run no more at a time than there may be', async () => {
    const { executor, run, log } = workspaceWithProcesses(1);
    await run('a', { executor });
    const pairs = log().map((line, index, lines) => [line, lines[index + 1]]);
    for (const [begin, end] of pairs.filter((_, index) => index % 2 === 0))
      expect(end).toBe(begin!.replace('begin', 'end'));
    expect(pairs).toHaveLength(8);
  });

  it('cost nothing but themselves where they crash, and leave what they printed', async () => {
    const { executor, run, ask, path } = workspaceWithProcesses();
    ask('die');
    const { record, error } = await run('a', { executor });
    expect(error).toEqual(
      new StageCrash(
        'the process that ran split was killed (SIGKILL), as systems do that run out of memory; what it printed is in .etude/logs/a-split.log',
      ),
    );
    expect(readFileSync(path('.etude/logs/a-split.log'), 'utf8')).toBe('about to die\n');
    expect(record.stages.map(({ status }) => status)).toEqual(['ran', 'ran', 'failed', 'skipped']);
    expect((await run('a')).error).toBeUndefined();
  });

  it('are begun anew where they were killed while they waited', async () => {
    const { executor, run, pid } = workspaceWithProcesses(1);
    await run('a', { executor });
    const before = pid();
    process.kill(before, 'SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(before, 0)).toThrow('ESRCH'));
    const { record, error } = await run('a', { executor, again: ['split'] });
    expect([error, record.stages.map(({ status }) => status)]).toEqual([undefined, ['hit', 'hit', 'ran', 'hit']]);
    expect(pid()).not.toBe(before);
  });

  it('stop when the run does', async () => {
    const { executor, run, ask } = workspaceWithProcesses();
    ask('wait');
    const controller = new AbortController();
    const observer: RunObserver = { stageProgress: () => controller.abort(new Error('enough')) };
    const { record, error } = await run('a', { executor, observer, signal: controller.signal });
    expect(error).toEqual(new Error('enough'));
    expect(record.stages.find(({ name }) => name === 'split')).toMatchObject({ status: 'failed', interrupted: true });
  });

  it('tell what is wrong as they do in this process', async () => {
    const { executor, run, write, folder, stages } = workspaceWithProcesses();
    write('experiments/b.yaml', 'extends: a.yaml\nread: { source: other.txt }\n');
    write('other.txt', 'abc');
    const plan = makePlan({ workspace: folder, config: join(folder, 'experiments', 'b.yaml'), stages });
    const unknown = { ...plan, stages: plan.stages.map((each) => ({ ...each, stage: { ...each.stage, version: 7 } })) };
    const { error } = await runPlan(unknown, { executor });
    expect((error as Error).message).toBe('there is no stage read of version 7 in this build');
    expect((await run('b', { executor })).error).toBeUndefined();
    expect(existsSync(artifactFolder(folder, 'b'))).toBe(true);
  });

  it('have what is missing made again', async () => {
    const { executor, run, path } = workspaceWithProcesses();
    await run('a', { executor });
    const content = path('.etude/cache/content-v2');
    const files = readdirSync(content, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const started: string[] = [];
    const observer: RunObserver = {
      stageStarted(name) {
        started.push(name);
        if (name !== 'split') return;
        for (const { parentPath, name: file } of files) {
          const each = join(parentPath, file);
          if (readFileSync(each, 'utf8') === 'abcdefgh') rmSync(each);
        }
      },
    };
    const { error } = await run('a', { executor, observer, set: ['split.parts=4'] });
    expect(error).toBeUndefined();
    expect(started).toEqual(['split', 'read', 'join']);
  });
});
