import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CliWorkspace } from '../testing/cli-workspace.js';

const RUN = ['run', 'experiments/tiny.yaml'];
const store = mkdtempSync(join(tmpdir(), 'etude-store-'));
const recordsIn = () => readdirSync(join(store, 'ac'));

/** A workspace that reads the store, and may write there. */
function workspaceWith(settings: string): CliWorkspace {
  const workspace = new CliWorkspace();
  workspace.write('etude.yaml', settings);
  return workspace;
}
const reading = () => workspaceWith(`cache:\n  store: ${store}\n`);

beforeAll(async () => {
  const writer = workspaceWith(`cache: { store: ${store}, write: true }\n`);
  expect(await writer.etude(...RUN)).toMatchObject({ code: 0, stderr: '' });
}, 60_000);

describe('a store that several workspaces share', () => {
  it('has what was run in one that may write', () => {
    expect(recordsIn().length).toBeGreaterThan(5);
  });

  it('spares others the work: run, --jobs, status, explain, --dry-run', async () => {
    const other = reading();
    expect((await other.etude('status')).stdout).toMatch(/^tiny +never run +up to date$/m);
    expect((await other.etude('explain', 'experiments/tiny.yaml')).stdout).toMatch(
      /^train {2}version \d+, in the cache \(from the shared cache\)$/m,
    );
    expect(Object.values(await other.statuses('--dry-run'))).not.toContain('would-run');
    for (const workspace of [other, reading()]) {
      const jobs = workspace === other ? [] : ['--jobs', '2'];
      expect(new Set(Object.values(await workspace.statuses(...jobs)))).toEqual(new Set(['hit']));
      rmSync(workspace.path('etude.yaml'));
      expect(new Set(Object.values(await workspace.statuses()))).toEqual(new Set(['hit']));
    }
  });

  it('is only read unless it is to be written, and so for a sweep', async () => {
    const before = recordsIn();
    const other = new CliWorkspace();
    other.write('experiments/two.yaml', 'extends: tiny.yaml\nsweep: { grid: { sample.seed: [7, 8] } }\n');
    const env = { ETUDE_STORE: store };
    const { code, stdout } = await other.start(['run', 'experiments/two.yaml', '--jobs', '1', '--json'], env).finished;
    expect(code).toBe(0);
    const points: { stages: { name: string; status: string }[] }[] = JSON.parse(stdout).points;
    expect(points.map(({ stages }) => stages.find(({ name }) => name === 'train')!.status)).toEqual(['hit', 'hit']);
    expect(recordsIn()).toEqual(before);
  });

  it('is done without where it is away', async () => {
    const other = workspaceWith('cache: { store: /nowhere/etude, write: true }\n');
    const { code, stderr } = await other.etude(...RUN);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'warning: the shared cache is not used from here on: there is no folder /nowhere/etude; mount it, or make it\n',
    });
    expect((await other.etude('status')).stderr).toBe('');
    other.write('experiments/other.yaml', 'extends: tiny.yaml\nsample: { seed: 9 }\n');
    expect((await other.etude('status')).stderr).toMatch(/^warning: the shared cache is not used [^\n]*\n$/);
  });

  it.each([
    ['cache: /mnt/etude\n', 'etude.yaml:1:8: expected object, found "/mnt/etude"'],
    ['cache:\n  stor: /mnt/etude\n', 'etude.yaml:2:3: unknown key "stor"; did you mean "store"?'],
    ['cache:\n  store: etude\n', 'etude.yaml:2:10: expected s3://bucket/prefix or the absolute path of a folder'],
    [
      'cache: { store: "s3://me:secret@music" }\n',
      'etude.yaml:1:17: the URL has credentials in it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead',
    ],
  ])('is named wrongly: %s', async (settings, message) => {
    const { code, stderr } = await workspaceWith(settings).etude(...RUN);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('secret');
    expect(code).toBe(2);
  });
});
