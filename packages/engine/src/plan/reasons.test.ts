import { expect, it } from 'vitest';
import type { StageRecord } from '../run/run-record.js';
import { reasonsToRun } from './reasons.js';

const artifact = (path: string) => ({ path, digest: path, bytes: 1 });
const present: StageRecord = {
  ...{ name: 'train', stage: 'train', version: 2, status: 'hit', reasons: [], seconds: 0, outputs: [] },
  params: { layers: 2, model: { kind: 'lstm' } },
  files: { source: { path: 'music', digest: 'd', files: { 'a.mid': '1', 'b.mid': '2' } } },
  inputs: { tokens: [artifact('tokens.txt')] },
};
const previous: StageRecord = { ...present, outputs: [artifact('model')] };
const why = (before: Partial<StageRecord>, found: 'whole' | 'damaged' | 'missing' = 'missing') =>
  reasonsToRun({ ...previous, ...before }, present, { forced: false, found });

it.each<[string, Partial<StageRecord>, string[]]>([
  ['another version', { version: 1 }, ['version 1 → 2']],
  ['a parameter, at any depth', { params: { layers: 2, model: { kind: 'grid' } } }, ['train.model.kind grid → lstm']],
  ['a parameter that there was not', { params: { model: { kind: 'lstm' } } }, ['train.layers none → 2']],
  [
    'files of a folder',
    { files: { source: { path: 'music', digest: 'e', files: { 'a.mid': '0', 'c.mid': '3' } } } },
    ['music: b.mid added, a.mid changed, c.mid gone'],
  ],
  ['another file', { files: { source: { path: 'old.mid', digest: 'e' } } }, ['train.source old.mid → music']],
  ['an input', { inputs: {} }, ['tokens.txt changed']],
  ['an earlier run that failed', { outputs: [] }, ['did not finish last time']],
  ['nothing', {}, ['no longer in the cache']],
])('a stage runs again for %s', (_, before, reasons) => {
  expect(why(before)).toEqual(reasons);
});

it('says of a hit what changed, and nothing where nothing did', () => {
  expect(why({ version: 1 }, 'whole')).toEqual(['version 1 → 2']);
  expect(why({}, 'whole')).toEqual([]);
  expect(why({}, 'damaged')).toEqual(['its cached artifact was damaged']);
});

it('tells a first run from one that was asked for', () => {
  const options = { found: 'missing' as const };
  expect(reasonsToRun(undefined, present, { ...options, forced: false })).toEqual([
    'first run of this stage in this experiment',
  ]);
  expect(reasonsToRun(previous, present, { ...options, forced: true })).toEqual(['asked for by --stage']);
});
