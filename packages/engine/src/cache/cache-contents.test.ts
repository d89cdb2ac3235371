import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryName } from '../files/process-identity.js';
import { digestOf } from '../plan/fingerprint.js';
import { type ToyWorkspace, toyWorkspace } from '../testing/toy-workspace.js';
import { cacheContents, pruneCache, trimCache, verifyCache } from './cache-contents.js';
import { contentPath } from './cache-layout.js';

let toy: ToyWorkspace;
beforeEach(async () => {
  toy = toyWorkspace();
  await toy.run('a');
  toy.write('experiments/b.yaml', 'extends: a.yaml\nsplit: { parts: 4 }\n');
  await toy.run('b');
});

const nothing = { read: 'hit', head: 'hit', split: 'hit', join: 'hit' };
const names = async () => {
  const { entries } = await cacheContents(toy.folder);
  return entries.map(({ origin }) => `${origin!.experiment}/${origin!.stage}`).sort();
};
const all = ['a/head', 'a/join', 'a/read', 'a/split', 'b/join', 'b/split'];
const pathOf = (content: string) => contentPath(join(toy.folder, '.etude', 'cache'), digestOf(content));
/** Has all that the cache holds be used last so many hours ago. */
const usedHoursAgo = (hours: number) => {
  const root = join(toy.folder, '.etude', 'cache', 'content-v2');
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const at = Date.now() / 1000 - hours * 3600;
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), at, at);
  }
};

describe('cacheContents', () => {
  it('tells for every stage who wrote its outputs and how much they are', async () => {
    expect(await names()).toEqual(all);
    const { entries, unused } = await cacheContents(toy.folder);
    const split = entries.find(({ origin }) => origin!.stage === 'split' && origin!.experiment === 'a')!;
    const record = readFileSync(contentPath(join(toy.folder, '.etude', 'cache'), split.digests[0]!));
    expect(split).toMatchObject({ kind: 'outputs', bytes: record.length + 8 });
    expect(split.digests.slice(1)).toEqual([digestOf('abcd'), digestOf('efgh')]);
    expect(unused).toEqual([]);
  });

  it('is empty where nothing has run', async () => {
    expect((await cacheContents(toyWorkspace().folder)).entries).toEqual([]);
    expect(await pruneCache(toyWorkspace().folder)).toMatchObject({ dropped: [], freedBytes: 0, leftBytes: 0 });
  });
});

describe('pruneCache', () => {
  it('drops nothing that an experiment may still want', async () => {
    expect(await pruneCache(toy.folder)).toMatchObject({ dropped: [], strays: 0, freedBytes: 0, running: [] });
    expect(await toy.statuses('a')).toEqual(nothing);
    expect(await toy.statuses('b')).toEqual(nothing);
  });

  it('drops what experiments wrote that are gone, but for what others use', async () => {
    toy.write(
      'experiments/b.yaml',
      readFileSync(join(toy.folder, 'experiments/a.yaml'), 'utf8').replace('parts: 2', 'parts: 4'),
    );
    rmSync(join(toy.folder, 'experiments/a.yaml'));
    const dry = await pruneCache(toy.folder, { dryRun: true });
    expect(await names()).toEqual(all);
    const { dropped, freedBytes, leftBytes } = await pruneCache(toy.folder);
    expect(dropped.map(({ origin, why }) => [origin!.stage, why])).toEqual([
      ['split', 'experiment is gone'],
      ['join', 'experiment is gone'],
    ]);
    expect(dry).toMatchObject({ freedBytes, leftBytes });
    expect(await names()).toEqual(['a/head', 'a/read', 'b/join', 'b/split']);
    expect(await toy.statuses('b')).toEqual(nothing);
  });

  it('drops what has not been used for long; every use counts, and looking does not', async () => {
    usedHoursAgo(50);
    await toy.statuses('a');
    await toy.statuses('b', { dryRun: true });
    const { dropped } = await pruneCache(toy.folder, { usedBefore: Date.now() - 40 * 3_600_000 });
    expect(dropped.map(({ origin, why }) => [`${origin!.experiment}/${origin!.stage}`, why]).sort()).toEqual([
      ['b/join', 'old'],
      ['b/split', 'old'],
    ]);
    expect(await toy.statuses('a')).toEqual(nothing);
  });

  it('drops what was used least recently until little enough is left', async () => {
    usedHoursAgo(1);
    await toy.statuses('b');
    const { leftBytes: before } = await pruneCache(toy.folder);
    const { dropped, leftBytes } = await pruneCache(toy.folder, { maxBytes: before - 1 });
    expect(dropped.map(({ origin, why }) => [origin!.experiment, why])).toEqual([['a', 'too much']]);
    expect(leftBytes).toBeLessThan(before);
    expect(await toy.statuses('b')).toEqual(nothing);
    expect(await pruneCache(toy.folder, { maxBytes: 0 })).toMatchObject({ leftBytes: 0 });
    expect(await names()).toEqual([]);
  });

  it('removes content of no entry and what killed processes left', async () => {
    toy.write(pathOf('left over').slice(toy.folder.length), 'left over');
    const dead = temporaryName('x').replace(/-\d+-\d*\./, '-999999-1.');
    for (const folder of ['.etude/cache/tmp', '.etude/locks', 'artifacts/a', 'artifacts/a/split'])
      toy.write(`${folder}/${dead}`, 'x');
    expect(await pruneCache(toy.folder, { dryRun: true })).toMatchObject({ strays: 5, freedBytes: 13 });
    expect(await pruneCache(toy.folder)).toMatchObject({ strays: 5, freedBytes: 13 });
    expect(await pruneCache(toy.folder)).toMatchObject({ strays: 0, freedBytes: 0 });
  });

  it('spares what a run in progress has used and what its experiment may need', async () => {
    usedHoursAgo(50);
    let pruned: Awaited<ReturnType<typeof pruneCache>> | undefined;
    const stages = toy.stages.map((stage) => ({
      ...stage,
      run: async (context: never) => {
        if (stage.name !== 'split') return stage.run(context);
        // Content comes before its entry.
        toy.write(pathOf('just written').slice(toy.folder.length), 'just written');
        pruned = await pruneCache(toy.folder, { maxBytes: 0 });
        return stage.run(context);
      },
    }));
    const { error } = await toy.run('a', { set: ['split.parts=3'], stages });
    expect(error).toBeUndefined();
    expect(pruned!.running).toEqual(['a']);
    expect(existsSync(pathOf('just written'))).toBe(true);
    expect(pruned!.dropped.map(({ origin }) => `${origin!.experiment}/${origin!.stage}`).sort()).toEqual([
      'b/join',
      'b/split',
    ]);
    expect(await toy.statuses('a')).toEqual(nothing);
  });

  it('goes on beside runs without any of them failing', async () => {
    let over = false;
    const pruning = (async () => {
      while (!over) {
        await pruneCache(toy.folder, { maxBytes: 0 });
        await sleep(1);
      }
    })();
    for (let parts = 1; parts <= 3; parts++) {
      const results = await Promise.all(['a', 'b'].map((name) => toy.run(name, { set: [`split.parts=${parts}`] })));
      expect(results.map(({ error }) => error)).toEqual([undefined, undefined]);
    }
    over = true;
    await pruning;
  });
});

describe('verifyCache', () => {
  it('reads everything, drops what is damaged, and leaves the rest', async () => {
    const { files } = await verifyCache(toy.folder);
    expect(files).toBeGreaterThan(8);
    writeFileSync(pathOf('abcd'), 'abcx');
    expect((await verifyCache(toy.folder)).damaged).toEqual([digestOf('abcd')]);
    expect((await verifyCache(toy.folder)).damaged).toEqual([]);
    expect(await toy.statuses('a')).toEqual({ ...nothing, split: 'ran' });
  });
});

describe('trimCache', () => {
  it('removes what was not used for longest, and nothing of the last hour', async () => {
    const total = [...(await cacheContents(toy.folder)).files.values()].reduce((sum, { size }) => sum + size, 0);
    expect(await trimCache(toy.folder, 0)).toBe(0);
    usedHoursAgo(2);
    const now = Date.now() / 1000;
    utimesSync(pathOf('abcd'), now, now);
    utimesSync(pathOf('abc'), now, now - 3 * 3600);
    expect(await trimCache(toy.folder, total - 1)).toBe(3);
    expect(await trimCache(toy.folder, 0)).toBe(total - 3 - 4);
    expect(existsSync(pathOf('abcd'))).toBe(true);
    // What is missing is made again.
    expect((await toy.run('a')).error).toBeUndefined();
  });
});
