import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATA_SETS } from '@etude/corpus';
import { beforeAll, describe, expect, it } from 'vitest';
import { keptFolder } from '../datasets/kept.js';
import { CliWorkspace } from '../testing/cli-workspace.js';

const workspace = new CliWorkspace();
const ETUDE_CACHE_DIR = mkdtempSync(join(tmpdir(), 'etude-data-'));
/** Nothing can be downloaded. */
const env = { ETUDE_CACHE_DIR, PIP_NO_INDEX: '1', PIP_FIND_LINKS: mkdtempSync(join(tmpdir(), 'etude-index-')) };
const etude = (...args: string[]) => workspace.start(args, env).finished;
const experiment = (name: string, source: string) =>
  workspace.write(`experiments/${name}.yaml`, `extends: tiny.yaml\nextract-track: { source: ${source} }\n`);
const tune = (music: string) => `X:1\nM:4/4\nL:1/8\nK:G\n${music.repeat(20)}|\n`;

/** Two tunes stand for a data set in the cache. */
beforeAll(() => {
  const folder = keptFolder(DATA_SETS.find(({ name }) => name === 'airds-airs')!, env);
  const files = { 'book1.abc': tune('GABcdefg|'), 'book2.abc': tune('gfedcBAG|') };
  mkdirSync(folder, { recursive: true });
  const contents = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return [name, { size: text.length, milliseconds: 0, sha256: createHash('sha256').update(text).digest('hex') }];
  });
  writeFileSync(join(folder, 'contents.json'), JSON.stringify(Object.fromEntries(contents)));
  experiment('aird', '[dataset:airds-airs, data/prelude-bwv-846.mid]');
  experiment('ryan', 'dataset:ryans-mammoth');
  experiment('wrong', 'dataset:airs-airds');
});

describe('etude data list', () => {
  it('says of every data set what it is, under which terms, and whether it is in the cache', async () => {
    const { code, stdout } = await etude('data', 'list', '--json');
    expect(code).toBe(0);
    const sets = JSON.parse(stdout) as Record<string, unknown>[];
    expect(sets.map(({ name }) => name)).toEqual(DATA_SETS.map(({ name }) => name));
    expect(sets.find(({ name }) => name === 'airds-airs')).toMatchObject({ pieces: 1180, notation: 'ABC', files: 2 });
    for (const { what, terms, package: from } of sets) expect([what, terms, from]).not.toContain('');
    const { stdout: table } = await etude('data', 'list');
    for (const { name, what, terms } of DATA_SETS)
      for (const text of [name, what, terms]) expect(table).toContain(text);
  });
});

describe('etude data get', () => {
  it('has nothing to do for what is in the cache', async () => {
    const { code, stdout, stderr } = await etude('data', 'get', 'airds-airs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^airds-airs: 2 files, \d+ B; transcribed by Jack Campin/);
  });

  it('refuses a name that it does not know, with the nearest one', async () => {
    const { code, stderr } = await etude('data', 'get', 'airds-air');
    expect(code).toBe(2);
    expect(stderr).toContain('unknown data set "airds-air"; did you mean "airds-airs"?');
  });
});

describe('an experiment', () => {
  it('learns from a data set and from files', async () => {
    const { code, stdout } = await etude('run', 'experiments/aird.yaml', '--stage', 'extract-track', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).stages[0].status).toBe('ran');
    const { files } = JSON.parse(workspace.read('artifacts/aird/extract-track/tracks.json'));
    expect(files.map(({ name }: { name: string }) => name)).toEqual([
      'dataset:airds-airs/book1.abc',
      'dataset:airds-airs/book2.abc',
      'prelude-bwv-846.mid',
    ]);
    expect(workspace.read('artifacts/aird/run.json')).not.toContain(ETUDE_CACHE_DIR);
  });

  it('is told how to get what is not there where it only looks, and that it cannot be fetched where it runs', async () => {
    const dry = await etude('run', 'experiments/ryan.yaml', '--dry-run');
    expect(dry.code).toBe(2);
    expect(dry.stderr).toMatch(/ryan\.yaml:2:\d+: .*it is not on this machine yet: etude data get ryans-mammoth\n/);
    const run = await etude('run', 'experiments/ryan.yaml');
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/(pip could not download music21==10\.5\.1|no Python 3 with pip was found)/);
    expect(run.stderr).not.toMatch(/ {4}at /);
  });

  it('has its other problems told before anything is fetched', async () => {
    const { code, stderr } = await etude('run', 'experiments/ryan.yaml', '--set', 'train.layers=0');
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/pip|download/);
    expect((await etude('run', 'experiments/wrong.yaml')).stderr).toContain('did you mean "airds-airs"?');
  });
});
