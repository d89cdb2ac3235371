import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const BENCH = fileURLToPath(new URL('../bench/bench.mjs', import.meta.url));
const bench = (...args: string[]) => promisify(execFile)(process.execPath, [BENCH, '--built', ...args]);

it('lists its benchmarks, each once', async () => {
  const names = (await bench('--list')).stdout.trim().split('\n');
  expect(names).toEqual(
    expect.arrayContaining([
      'help/node',
      'train-2x128/pytorch',
      'stage-sample',
      'load-train-2x128',
      'jobs-cached-songs',
    ]),
  );
  expect(new Set(names).size).toBe(names.length);
});

it('measures, and writes down what it measured and where', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'etude-bench-test-')), 'results.json');
  const { stdout } = await bench('--only', 'help/node', '--json', file);
  expect(stdout).toMatch(/^help\/node +[\d.]+ ms \(.+\) against .+: \d\.\d\d\n/);
  const spread = { median: expect.any(Number), min: expect.any(Number), max: expect.any(Number) };
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    machine: { node: process.versions.node, cores: expect.any(Number) },
    results: [
      { name: 'help/node', unit: 'ms', ours: spread, rival: spread, rivalName: 'node', ratio: expect.any(Number) },
    ],
  });
});

it.each(['train', 'sample'])('times steps of its own side: %s', async (task) => {
  const conditions = { fields: 2, values: 3, directUnits: 4 };
  const config = { task, threads: 1, layers: 1, units: 8, batch: 2, window: 4, vocabulary: 10, conditions };
  const worker = spawnSync(process.execPath, [join(dirname(BENCH), 'etude-worker.mjs'), JSON.stringify(config)], {
    input: '2\n',
    encoding: 'utf8',
  });
  expect(worker.status, worker.stderr).toBe(0);
  const [ready, times] = worker.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(ready).toBe('ready');
  expect(times).toEqual([expect.any(Number), expect.any(Number)]);
});
