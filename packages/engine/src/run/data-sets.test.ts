import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FindDataSet } from '../files/workspace-files.js';
import { makePlan } from '../plan/plan.js';
import { type ToyWorkspace, toyWorkspace } from '../testing/toy-workspace.js';
import { runPlan } from './run.js';

let toy: ToyWorkspace;
beforeEach(() => {
  toy = toyWorkspace();
});

/** A place where the data set `words` is kept, of two files. */
function place(): { folder: string; dataSet: FindDataSet } {
  const folder = mkdtempSync(join(tmpdir(), 'etude-data-'));
  const files = Object.entries({ 'a.txt': 'abcd', 'b.txt': 'efgh', 'terms.md': 'free' }).map(([name, text]) => {
    const location = join(folder, name);
    writeFileSync(location, text);
    return { name, location, digest: createHash('sha256').update(text).digest('hex') };
  });
  return { folder, dataSet: (name) => (name === 'words' ? files : { problem: 'unknown data set' }) };
}

const plan = (source: string, dataSet?: FindDataSet) =>
  makePlan({
    ...{ workspace: toy.folder, config: join(toy.folder, 'experiments', 'a.yaml'), stages: toy.stages },
    ...{ set: [`read.source=${source}`], ...(dataSet && { dataSet }) },
  });

describe('a data set', () => {
  it('is known by what is in it, not by where it is kept: nothing runs again on another machine', async () => {
    const { record } = await runPlan(plan('[text.txt, dataset:words]', place().dataSet));
    expect(record.stages.map(({ status }) => status)).toContain('ran');
    const elsewhere = await runPlan(plan('[text.txt, dataset:words]', place().dataSet));
    expect(elsewhere.record.stages.map(({ status }) => status)).not.toContain('ran');
    expect(elsewhere.record.stages[0]!.files).toEqual(record.stages[0]!.files);
  });

  it('is what a reason says', async () => {
    await runPlan(plan('text.txt'));
    const { record } = await runPlan(plan('dataset:words', place().dataSet));
    expect(record.stages[0]!.reasons).toEqual(['read.source text.txt → dataset:words']);
  });

  it('is refused where it is damaged, with how to mend it', async () => {
    const { folder, dataSet } = place();
    writeFileSync(join(folder, 'b.txt'), 'efGh');
    await expect(runPlan(plan('dataset:words', dataSet))).rejects.toThrow(
      /^dataset:words\/b\.txt is damaged \(.*\); etude data get words replaces it$/,
    );
  });

  it('has to be known', () => {
    expect(() => plan('dataset:songs', place().dataSet)).toThrow('read.source: dataset:songs: unknown data set');
    expect(() => plan('dataset:songs')).toThrow('read.source: dataset:songs: there are no data sets here');
  });
});
