import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CliWorkspace, TINY } from '../testing/cli-workspace.js';

const workspace = new CliWorkspace();
writeFileSync(workspace.path('experiments/tiny.yaml'), TINY);
const log = () => workspace.read('artifacts/tiny/events.jsonl');
const events = () =>
  log()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

it('tells programs what a run does, a line an event', async () => {
  expect((await workspace.etude('run', 'experiments/tiny.yaml')).code).toBe(0);
  const all = events();
  expect(all[0]).toMatchObject({ event: 'run', experiment: 'tiny', config: 'experiments/tiny.yaml' });
  expect(all.every(({ time }) => new Date(time).toISOString() === time)).toBe(true);
  expect(all.filter(({ event }) => event === 'started').map(({ stage }) => stage)).toEqual(all[0].stages);
  const steps = all.filter(({ event, stage }) => event === 'progress' && stage === 'train');
  expect(steps.at(-1)).toMatchObject({ done: 4, total: 4, unit: 'steps', figures: { training: expect.any(Number) } });
  expect(all.filter(({ event, stage }) => event === 'done' && stage === 'render')[0]).toMatchObject({ status: 'ran' });
  expect(all.at(-1)).toMatchObject({ event: 'ended', status: 'done' });
});

it('keeps those of the last run in which something ran', async () => {
  const before = log();
  await workspace.etude('run', 'experiments/tiny.yaml');
  expect(log()).toBe(before);
  await workspace.etude('run', 'experiments/tiny.yaml', '--set', 'sample.temperature=1.1');
  expect(events().filter(({ stage }) => stage === 'train')).toMatchObject([{ event: 'done', status: 'hit' }]);
  expect(events().at(-1)).toMatchObject({ event: 'ended', status: 'done' });
});

it('replaces a link, and leaves alone what it leads to', async () => {
  writeFileSync(workspace.path('mine.txt'), 'mine');
  rmSync(workspace.path('artifacts/tiny/events.jsonl'));
  symlinkSync(workspace.path('mine.txt'), workspace.path('artifacts/tiny/events.jsonl'));
  await workspace.etude('run', 'experiments/tiny.yaml', '--stage', 'render');
  expect(readFileSync(workspace.path('mine.txt'), 'utf8')).toBe('mine');
  expect(existsSync(workspace.path('artifacts/tiny/events.jsonl'))).toBe(true);
  expect(events().at(-1)).toMatchObject({ event: 'ended' });
});
