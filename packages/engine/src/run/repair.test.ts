import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import cacache from 'cacache';
import { beforeEach, describe, expect, it } from 'vitest';
import { type RunObserver, StageError } from '../index.js';
import { type ToyWorkspace, toyWorkspace } from '../testing/toy-workspace.js';

let toy: ToyWorkspace;
beforeEach(() => {
  toy = toyWorkspace();
});

const artifact = (path: string) => readFileSync(join(toy.folder, 'artifacts', path), 'utf8');
const nothing = { read: 'hit', head: 'hit', split: 'hit', join: 'hit' };
const filesOf = (folder: string) =>
  readdirSync(join(toy.folder, '.etude', 'cache', folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(toy.folder, '.etude', 'cache', folder, path))
    .filter((path) => statSync(path).isFile());
/** Every file of the cache that holds the content of an artifact. */
const cachedContents = () => filesOf('content-v2');
/** The index of cacache: a line for each entry, with a digest of its own. */
const indexFiles = () => filesOf('index-v5');
const forAll = (paths: string[], harm: (path: string) => void) => {
  for (const path of paths) harm(path);
};
const byFolder = (path: string) => {
  rmSync(path);
  mkdirSync(path);
};
const byDanglingLink = (path: string) => {
  rmSync(path);
  symlinkSync('nothing', path);
};

describe('a damaged cache', () => {
  it.each(cachedKinds())('drops %s with a warning and makes it again', async (_, damage) => {
    await toy.run('a');
    const damaged = cachedContents().filter(damage);
    expect(damaged.length).toBeGreaterThan(0);
    const warnings: string[] = [];
    const observer = { warning: (message: string) => warnings.push(message) };
    await toy.run('a', { observer });
    expect(warnings.join()).toContain('in the cache is damaged; it is dropped and made again');
    expect(toy.ran.length).toBeGreaterThan(4);
    expect(await toy.statuses('a')).toEqual(nothing);
    expect(artifact('a/join/joined.txt')).toBe('abc:abcd|efgh');
  });

  function cachedKinds(): [string, (path: string) => boolean][] {
    const flip = (bytes: Buffer) => bytes.with(0, bytes[0]! ^ 1);
    const when = (wanted: (text: string) => boolean, change: (bytes: Buffer) => Uint8Array) => (path: string) => {
      const bytes = readFileSync(path);
      if (!wanted(bytes.toString())) return false;
      writeFileSync(path, change(bytes));
      return true;
    };
    return [
      ['an artifact with a flipped byte', when((text) => text === 'abc', flip)],
      [
        'an artifact of which a part is missing',
        when(
          (text) => text === 'efgh',
          (bytes) => bytes.subarray(1),
        ),
      ],
      ['a record with a flipped byte', when((text) => text.startsWith('{'), flip)],
    ];
  }

  it('drops all that is damaged of a stage at once', async () => {
    await toy.run('a');
    for (const path of cachedContents()) {
      if (['abcd', 'efgh'].includes(readFileSync(path, 'utf8'))) writeFileSync(path, 'x');
    }
    const warnings: string[] = [];
    const { error } = await toy.run('a', { observer: { warning: (message) => warnings.push(message) } });
    expect(error).toBeUndefined();
    expect(warnings).toHaveLength(2);
    expect(await toy.statuses('a')).toEqual(nothing);
    expect(artifact('a/join/joined.txt')).toBe('abc:abcd|efgh');
  });

  it('replaces damaged content where another stage writes the same bytes', async () => {
    await toy.run('a');
    for (const path of cachedContents()) if (readFileSync(path, 'utf8') === 'abcdefgh') writeFileSync(path, 'abc');
    toy.write('experiments/b.yaml', 'extends: a.yaml\nread: { trim: true }\nsplit: { parts: 4 }\n');
    const { error } = await toy.run('b');
    expect(error).toBeUndefined();
    expect(artifact('b/join/joined.txt')).toBe('abc:ab|cd|ef|gh');
    expect(await toy.statuses('a')).toEqual(nothing);
  });

  const harms: [string, (path: string) => void][] = [
    ['damaged', (path) => writeFileSync(path, 'x')],
    ['removed', (path) => rmSync(path)],
    ['replaced by a folder', byFolder],
  ];
  it.each(harms)('makes an artifact again that is %s in the middle of a run', async (_, harm) => {
    await toy.run('a');
    const before = toy.ran.length;
    const observer: RunObserver = {
      // `read` and `head` are hits by then, and `split` is about to read what `read` wrote.
      stageStarted: (name) => {
        if (name !== 'split') return;
        for (const path of cachedContents()) if (readFileSync(path, 'utf8') === 'abcdefgh') harm(path);
      },
    };
    const { error } = await toy.run('a', { set: ['split.parts=4'], observer });
    expect(error).toBeUndefined();
    expect(toy.ran.slice(before).sort()).toEqual(['join', 'read', 'split']);
    expect(artifact('a/join/joined.txt')).toBe('abc:ab|cd|ef|gh');
  });

  it('tells of an artifact that its stage does not make again', async () => {
    await toy.run('a');
    const stages = toy.stages.map((stage) =>
      stage.name === 'read' ? { ...stage, run: () => ({ text: 'other' }) } : stage,
    );
    const observer: RunObserver = {
      stageStarted: (name) => {
        if (name !== 'split') return;
        for (const path of cachedContents()) if (readFileSync(path, 'utf8') === 'abcdefgh') rmSync(path);
      },
    };
    const { error } = await toy.run('a', { set: ['split.parts=4'], stages, observer });
    expect(error).toEqual(new StageError('read/text.txt is not what it was when read ran before'));
  });

  const forge = (change: (entry: Record<string, unknown>) => object) => {
    for (const path of indexFiles()) {
      const entry = JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8').split('\t').at(-1)!)));
      writeFileSync(path, `\n${createHash('sha1').update(entry).digest('hex')}\t${entry}`);
    }
  };
  const forgeRecord = async (record: string) => {
    const cache = join(toy.folder, '.etude', 'cache');
    for (const key of Object.keys(await cacache.ls(cache)))
      await cacache.put(cache, key, record, { algorithms: ['sha256'] });
  };
  const digest = 'a'.repeat(64);
  const forgeries: [string, () => unknown][] = [
    ['a record that is no JSON', () => forgeRecord('{"outputs":')],
    ['a record that is an empty object', () => forgeRecord('{}')],
    ['a record that is a number', () => forgeRecord('5')],
    ['a record that is a list', () => forgeRecord('[]')],
    ['a record without artifacts', () => forgeRecord('{"outputs":{},"seconds":1}')],
    [
      'a record of too many artifacts',
      () => forgeRecord(JSON.stringify({ outputs: { text: [], parts: [] }, seconds: 1 })),
    ],
    [
      'a record of an artifact that is a path',
      () => forgeRecord(JSON.stringify({ outputs: { text: [{ digest: '../../../text.txt', bytes: 8 }] }, seconds: 1 })),
    ],
    [
      'a record of an artifact that is not there',
      () =>
        forgeRecord(
          JSON.stringify({ outputs: { text: [{ digest, bytes: 1 }], parts: [{ digest, bytes: 1 }] }, seconds: 1 }),
        ),
    ],
    ['an index whose lines are cut', () => forAll(indexFiles(), (path) => truncateSync(path, 50))],
    ['an index that is noise', () => forAll(indexFiles(), (path) => writeFileSync(path, Buffer.alloc(300, 0xfe)))],
    ['an index of folders', () => forAll(indexFiles(), byFolder)],
    ['entries of another digest', () => forge((entry) => ({ ...entry, integrity: 'md5-1B2M2Y8AsgTpgAmY7PhCfg==' }))],
    ['entries without sense', () => forge((entry) => ({ ...entry, integrity: 7 }))],
    ['entries that lead out of the cache', () => forge((entry) => ({ ...entry, integrity: 'sha256-../../../etc' }))],
    ['content that is folders', () => forAll(cachedContents(), byFolder)],
    ['content that is links to nothing', () => forAll(cachedContents(), byDanglingLink)],
  ];
  it.each(forgeries)('counts %s as absent', async (_, change) => {
    await toy.run('a');
    await change();
    const { error, record } = await toy.run('a');
    expect(error).toBeUndefined();
    expect(record.stages.map(({ status }) => status)).toContain('ran');
    expect(artifact('a/join/joined.txt')).toBe('abc:abcd|efgh');
    expect(await toy.statuses('a')).toEqual(nothing);
  });

  it('makes again what has been removed from it', async () => {
    await toy.run('a');
    rmSync(join(toy.folder, '.etude'), { recursive: true });
    const { record } = await toy.run('a');
    expect(record.stages[0]!.reasons).toEqual(['no longer in the cache']);
  });
});
