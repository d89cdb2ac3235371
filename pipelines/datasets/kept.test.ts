import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATA_SETS, type DataSet } from '@etude/corpus';
import { strToU8, zipSync } from 'fflate';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchDataSet, keptFiles } from './kept.js';

const hasPip = ['python3', 'python'].some((name) => spawnSync(name, ['-m', 'pip', '--version']).status === 0);
const METADATA = 'Metadata-Version: 2.1\nName: etude-test-music\nVersion: 1.0\nRequires-Python: >=3.11\n';
const WHEEL = 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
const wheel = zipSync({
  'music/tunes/a.abc': strToU8('X:1\nK:C\nCDEF|\n'),
  'music/tunes/more/b.abc': strToU8('X:2\nK:C\nGGGG|\n'),
  'music/tunes/readme.txt': strToU8('not music'),
  'music/tunes-of-others/c.abc': strToU8('X:3\nK:C\nGGGG|\n'),
  'etude_test_music-1.0.dist-info/METADATA': strToU8(METADATA),
  'etude_test_music-1.0.dist-info/WHEEL': strToU8(WHEEL),
  'etude_test_music-1.0.dist-info/RECORD': strToU8(''),
});
const digestOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const set: DataSet = {
  from: { name: 'etude-test-music', version: '1.0', sha256: digestOf(wheel), megabytes: 1, terms: '' },
  ...{ name: 'tunes', folder: 'music/tunes', files: /\.abc$/, notation: 'ABC', pieces: 2, what: '', terms: '' },
};

let environment: NodeJS.ProcessEnv;
beforeEach(() => {
  // An index of one folder stands for that of the registry.
  const index = mkdtempSync(join(tmpdir(), 'etude-index-'));
  writeFileSync(join(index, 'etude_test_music-1.0-py3-none-any.whl'), wheel);
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', index);
  environment = { ETUDE_CACHE_DIR: mkdtempSync(join(tmpdir(), 'etude-kept-')) };
  return () => vi.unstubAllEnvs();
});
const fetched = async (of = set) => {
  const said: string[] = [];
  await fetchDataSet(of, environment, (line) => said.push(line));
  return said;
};
const DOWNLOADING = 'downloading etude-test-music 1.0 (1 MB, once per user)';

describe.skipIf(!hasPip)('a data set', () => {
  it('is fetched once, and only what belongs to it is unpacked', async () => {
    expect(keptFiles(set, environment)).toBeUndefined();
    expect(await fetched()).toEqual([DOWNLOADING]);
    const files = keptFiles(set, environment)!;
    expect(files.map(({ name }) => name)).toEqual(['a.abc', 'more/b.abc']);
    for (const { location, digest } of files) expect(digestOf(readFileSync(location))).toBe(digest);
    expect(await fetched()).toEqual([]);
    // The package is there for its other data sets.
    const others = { ...set, name: 'others', folder: 'music/tunes-of-others' };
    expect(await fetched(others)).toEqual([]);
    expect(keptFiles(others, environment)!.map(({ name }) => name)).toEqual(['c.abc']);
  });

  it('is fetched once by two who want it at the same time', async () => {
    const [first, second] = await Promise.all([fetched(), fetched()]);
    expect([...first, ...second].filter((line) => line === DOWNLOADING)).toHaveLength(1);
    expect(keptFiles(set, environment)).toHaveLength(2);
  });

  it('counts as absent where a file is missing or cut, and is made again', async () => {
    await fetched();
    const { location } = keptFiles(set, environment)![0]!;
    writeFileSync(location, 'X:1');
    expect(keptFiles(set, environment)).toBeUndefined();
    expect(await fetched()).toEqual([expect.stringContaining('is damaged and made again: a.abc has 3 bytes')]);
    expect(keptFiles(set, environment)).toHaveLength(2);
    writeFileSync(location, 'X:1\nK:C\nCDEG|\n');
    expect(await fetched()).toEqual([expect.stringContaining('is damaged and made again: a.abc has changed')]);
    expect(readFileSync(location, 'utf8')).toBe('X:1\nK:C\nCDEF|\n');
  });

  it('is refused where the package is another than it was, and nothing is left of it', async () => {
    const other = { ...set, from: { ...set.from, sha256: digestOf('another') } };
    await expect(fetched(other)).rejects.toThrow(
      `etude_test_music-1.0-py3-none-any.whl has sha256 ${digestOf(wheel)}, expected ${digestOf('another')}`,
    );
    expect(keptFiles(other, environment)).toBeUndefined();
    const cache = environment.ETUDE_CACHE_DIR!;
    expect([readdirSync(join(cache, 'downloads')), readdirSync(join(cache, 'datasets'))]).toEqual([[], []]);
  });

  it('cannot be fetched without an index, which is one clear error', async () => {
    vi.stubEnv('PIP_FIND_LINKS', mkdtempSync(join(tmpdir(), 'etude-index-')));
    await expect(fetched()).rejects.toThrow(
      /^pip could not download etude-test-music==1\.0 \(ERROR: .*\); is there a network, and does pip know a package index\?$/,
    );
  });
});

const kept = DATA_SETS.map((of) => ({ of, files: keptFiles(of, process.env) }));
it.each(kept.filter(({ files }) => files !== undefined))('$of.name has as many pieces as its row says', ({
  of,
  files,
}) => {
  const texts = files!.map(({ location }) => readFileSync(location, 'latin1'));
  const tunes = texts.reduce((sum, text) => sum + [...text.matchAll(/^X:/gm)].length, 0);
  expect(of.notation === 'ABC' ? tunes : texts.length).toBe(of.pieces);
});

it('says that Python is missing', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'etude-path-'));
  vi.stubEnv('PATH', empty);
  await expect(fetched()).rejects.toThrow('no Python 3 with pip was found');
  expect(existsSync(join(environment.ETUDE_CACHE_DIR!, 'datasets', 'tunes'))).toBe(false);
});
