import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StageCache } from '../cache/stage-cache.js';
import { makePlan, StageCrash, StageError } from '../index.js';
import { digestOf } from '../plan/fingerprint.js';
import { executeStage, MissingArtifact } from '../run/execute-stage.js';
import { filesOf } from '../run/stage-inputs.js';
import { stageOf } from '../stage.js';
import { MemoryStore } from '../testing/memory-store.js';
import { toyWorkspace } from '../testing/toy-workspace.js';
import { submitPlan } from './remote-plan.js';
import { RemoteStages } from './remote-stages.js';
import { SharedCache } from './shared-cache.js';

function machines() {
  const toy = toyWorkspace();
  const store = new MemoryStore();
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const machine = (kind = 'toy', error?: Error) => {
    const folder = mkdtempSync(join(tmpdir(), 'etude-machine-'));
    const cache = new StageCache(join(folder, '.etude', 'cache'), { warn });
    const remote = new RemoteStages({
      ...{ store, folder, kind, warn, stages: toy.stages },
      executor: {
        async execute(task, hooks) {
          if (error) throw error;
          const stage = stageOf(toy.stages, task.present);
          return executeStage(task, { stage, cache, files: filesOf(task.files) }, hooks);
        },
      },
    });
    return { remote, cache, shared: new SharedCache(store, cache, { warn }) };
  };
  /** Puts a plan into the store, with the files that it reads. */
  const submit = async (set: string[] = [], kind?: string) => {
    const plan = makePlan({ workspace: toy.folder, config: toy.config('a'), set, stages: toy.stages });
    return submitPlan(plan, machine().shared, { kind });
  };
  return { ...toy, store, warnings, machine, submit };
}

const quiet = { signal: new AbortController().signal, progress() {}, say() {} };

/** Runs a plan on machines in turn, and tells which stages are done. */
async function run(plan: string, workers: readonly RemoteStages[]): Promise<readonly string[]> {
  for (let step = 0; step < 20; ) {
    const next = () => workers[step++ % workers.length]!;
    const { done, ready } = await next().advance(plan, false);
    if (ready.length === 0) return done;
    for (const { task } of ready) {
      await next()
        .run(task, quiet)
        .catch((error) => {
          if (!(error instanceof MissingArtifact)) throw error;
        });
    }
  }
  throw new Error('no end');
}

describe('a run on several machines', () => {
  it('leaves what a run on this one leaves, and runs each stage once', async () => {
    const { machine, submit, run: runHere, ran, stages } = machines();
    const { record } = await runHere('a');
    ran.length = 0;
    const plan = await submit();
    const workers = [machine().remote, machine().remote];
    expect(await run(plan, workers)).toEqual(['read', 'head', 'split', 'join']);
    expect([...ran].sort()).toEqual(['head', 'join', 'read', 'split']);
    const { shared, cache } = machine();
    for (const { stage, fingerprint, outputs } of record.stages) {
      const ports = stages.find(({ name }) => name === stage)!.outputs;
      const fetched = await shared.fetch(fingerprint!, ports, { experiment: 'a', config: 'a', stage });
      const digests = Object.values(fetched!.outputs)
        .flat()
        .map(({ digest }) => digest);
      expect(digests).toEqual(outputs.map(({ digest }) => digest));
      expect(await cache.find(fingerprint!, ports)).toEqual(fetched);
    }
    // A second one, on a machine that has nothing yet, runs nothing.
    await run(plan, [machine().remote]);
    expect(ran).toHaveLength(4);
  });

  it.each<[string, (store: MemoryStore, key: string) => void]>([
    ['lost', (store, key) => store.objects.delete(key)],
    ['damaged', (store, key) => store.objects.set(key, Buffer.from('abce'))],
  ])('has a stage run again of which an artifact is %s', async (what, harm) => {
    const { machine, submit, store, ran, warnings } = machines();
    await run(await submit(), [machine().remote]);
    harm(store, `cas/${digestOf('abcd')}`);
    ran.length = 0;
    // `join` has to run since `head` has other parameters, and reads what `split` wrote.
    await run(await submit(['head.letters=2']), [machine().remote]);
    expect([...ran].sort()).toEqual(['head', 'join', 'split']);
    expect(store.objects.has(`cas/${digestOf('ab:abcd|efgh')}`)).toBe(true);
    expect(warnings).toEqual(
      what === 'lost' ? [] : ['artifact 88d4266fd4e6 in the shared cache is damaged; it is dropped and made again'],
    );
  });

  it('refuses a task that says to be another', async () => {
    const { machine, submit, store } = machines();
    const { remote, shared } = machine();
    const { ready } = await remote.advance(await submit(), false);
    const task = JSON.parse(Buffer.from(store.objects.get(`cas/${ready[0]!.task}`)!).toString());
    task.params.trim = true;
    const forged = await shared.put(Buffer.from(JSON.stringify(task)));
    await expect(remote.run(forged, quiet)).rejects.toThrow(new StageError('the task of read is not what it says'));
    task.present.version = 8;
    const other = await shared.put(Buffer.from(JSON.stringify(task)));
    await expect(remote.run(other, quiet)).rejects.toThrow('there is no stage read of version 8 in this build');
  });

  it('tells what the user did from what a machine did and from a bug', async () => {
    const { machine, submit } = machines();
    const plan = await submit();
    const failing = async (error: Error) => {
      const { remote } = machine('toy', error);
      const { ready } = await remote.advance(plan, false);
      return remote.run(ready[0]!.task, quiet).catch((thrown) => thrown);
    };
    const [user, full] = [new StageError('no note in it'), Object.assign(new Error('no space'), { code: 'ENOSPC' })];
    expect(await failing(user)).toBe(user);
    expect(await failing(full)).toBe(full);
    expect(await failing(new TypeError('x is undefined'))).toEqual(
      new StageCrash('read failed: x is undefined', { cause: new TypeError('x is undefined') }),
    );
  });

  it('keeps what a stage wrote until the store takes it, also where the stage is stopped or tried again', async () => {
    const { machine, submit, store, ran } = machines();
    const { remote } = machine();
    const { ready } = await remote.advance(await submit(), false);
    const stop = new AbortController();
    const said: string[] = [];
    const put = store.put.bind(store);
    let failures = 2;
    store.put = async (key, bytes, options) => {
      if (key.startsWith('ac/') && failures-- > 0) throw new Error('the store is away');
      return put(key, bytes, options);
    };
    const hooks = { ...quiet, signal: stop.signal, say: (line: string) => said.push(line) };
    expect(await remote.run(ready[0]!.task, hooks)).toBe(true);
    expect(said).toEqual(Array.from({ length: 2 }, () => 'the store is away; trying to share the results again'));
    expect(ran).toEqual(['read']);

    // The store is away for longer than it takes to be stopped.
    for (const key of store.objects.keys()) if (key.startsWith('ac/')) store.objects.delete(key);
    failures = 3;
    const running = remote.run(ready[0]!.task, { ...hooks, say: () => stop.abort() });
    await expect(running).rejects.toThrow('the store is away');
    failures = 0;
    expect(await remote.run(ready[0]!.task, quiet)).toBe(true);
    expect(ran).toEqual(['read', 'read']);
  });

  it('drops a record that is damaged', async () => {
    const { machine, submit, store, ran, warnings } = machines();
    const plan = await submit();
    await run(plan, [machine().remote]);
    for (const key of store.objects.keys()) if (key.startsWith('ac/')) store.objects.set(key, Buffer.from('{'));
    ran.length = 0;
    await run(plan, [machine().remote]);
    expect(ran).toHaveLength(4);
    expect(warnings).toHaveLength(4);
  });
});

describe('a run that wants one kind of machine', () => {
  const recordsIn = ({ objects }: MemoryStore) =>
    [...objects].flatMap(([key, bytes]) =>
      key.startsWith('ac/')
        ? [[key.slice('ac/'.length + 64 + 1), JSON.parse(Buffer.from(bytes).toString()).madeOn]]
        : [],
    );

  it('counts nothing of another kind, and leaves others what they have', async () => {
    const { machine, submit, store, ran } = machines();
    const [avx2, avx512] = [machine('avx2').remote, machine('avx-5.12').remote];
    await run(await submit(), [avx2]);
    ran.length = 0;
    const wanted = await submit([], 'avx-5.12');
    const { ready, kind } = await avx2.advance(wanted, false);
    expect([ready.map(({ name }) => name), kind]).toEqual([['read'], 'avx-5.12']);
    await expect(avx2.run(ready[0]!.task, quiet)).rejects.toThrow(
      new StageError('read is for machines of kind avx-5.12, and this one is avx2'),
    );
    expect(await run(wanted, [avx512])).toHaveLength(4);
    expect([...ran].sort()).toEqual(['head', 'join', 'read', 'split']);
    expect(recordsIn(store).sort()).toEqual([
      ...Array.from({ length: 4 }, () => ['', 'avx2']),
      ...Array.from({ length: 4 }, () => ['avx-5.12', 'avx-5.12']),
    ]);
  });

  it('takes what a machine of that kind has made for others, and others take what is made for it', async () => {
    const { machine, submit, ran } = machines();
    const { remote } = machine('avx2');
    await run(await submit(), [remote]);
    ran.length = 0;
    await run(await submit([], 'avx2'), [remote]);
    expect(ran).toEqual([]);
    await run(await submit(['head.letters=2'], 'avx2'), [remote]);
    expect(ran).toEqual(['head', 'join']);
    await run(await submit(['head.letters=2']), [machine('avx512').remote]);
    expect(ran).toEqual(['head', 'join']);
  });

  it.each([undefined, 'avx2'])('makes again what is lost (kind %s)', async (kind) => {
    const { machine, submit, store, ran } = machines();
    const plan = await submit([], kind);
    await run(plan, [machine('avx2').remote]);
    ran.length = 0;
    store.objects.delete(`cas/${digestOf('abcd')}`);
    await run(await submit(['head.letters=2'], kind), [machine('avx2').remote]);
    expect([...ran].sort()).toEqual(['head', 'join', 'split']);
  });
});

describe('a shared checkpoint', () => {
  it('is the one that got furthest, of the same kind of machine, and whole', async () => {
    const { machine, store } = machines();
    const { shared } = machine();
    await shared.keepCheckpoint('avx2', 'k', 9, Buffer.from('nine'));
    await shared.keepCheckpoint('avx2', 'k', 100, Buffer.from('hundred'));
    // A machine that was cut off comes back.
    await shared.keepCheckpoint('avx2', 'k', 50, Buffer.from('fifty'));
    expect(Buffer.from((await shared.checkpoint('avx2', 'k'))!).toString()).toBe('hundred');
    expect(await shared.checkpoint('avx512', 'k')).toBeUndefined();
    const [last] = [...store.objects.keys()].filter((key) => key.includes('100-'));
    store.objects.set(last!, Buffer.from('hundret'));
    expect(Buffer.from((await shared.checkpoint('avx2', 'k'))!).toString()).toBe('fifty');
  });
});
