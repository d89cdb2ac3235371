import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifactFolder, isPlainFile, type Plan, type RunRecord, writeBeside } from '@etude/engine';
import { keyOfPage } from '@etude/page';
import { programKey } from '@etude/page/program-key';

const FILE = 'report.html';
/** The stage that gathers what the page shows, and its artifacts. */
export const REPORT = { stage: 'report', content: 'page.json', sounds: 'sounds.sf3' };

/**
 * Writes the page of an experiment into its folder, unless it is there, shows the same and was written by the same program: a run in which nothing has changed has nothing to tell.
 * @returns its path from the workspace; undefined where the pipeline has no stage for it
 */
export async function writeReportPage(plan: Plan, record: RunRecord): Promise<string | undefined> {
  const stage = record.stages.find(({ name }) => name === REPORT.stage);
  if (stage === undefined || record.status !== 'done') return undefined;
  const folder = artifactFolder(plan.workspace, plan.experiment);
  const path = `artifacts/${plan.experiment}/${FILE}`;
  const key = `${stage.fingerprint}_${programKey}`;
  const isNew = record.stages.some(({ status, reasons }) => status !== 'hit' || reasons.length > 0);
  if (!isNew && keyOf(join(folder, FILE)) === key) return path;
  const { contentFormat, pageHtml } = await import('@etude/page');
  const artifact = (name: string) => readFileSync(join(folder, REPORT.stage, name));
  const stages = record.stages.map((each, index) => ({
    ...each,
    after: [...new Set(Object.values(plan.stages[index]!.producers))],
  }));
  const ownParams = plan.stages.flatMap(({ name, params, files, origin }) =>
    [...Object.keys(params), ...Object.keys(files)].flatMap((each) =>
      origin(each) === undefined ? [] : `${name}.${each}`,
    ),
  );
  const page = await pageHtml({
    ...{ title: plan.experiment, sounds: artifact(REPORT.sounds), key },
    data: {
      kind: 'experiment',
      content: contentFormat.parse(artifact(REPORT.content)),
      run: { ...record, stages, ownParams },
    },
  });
  await writeBeside(folder, FILE, page);
  return path;
}

function keyOf(path: string): string | undefined {
  return isPlainFile(path) ? keyOfPage(readFileSync(path, 'utf8')) : undefined;
}
