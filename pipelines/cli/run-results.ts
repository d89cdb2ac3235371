import { join, relative } from 'node:path';
import type { Plan, RunObserver, RunRecord } from '@etude/engine';
import { describeError } from './fail.js';
import { writeModelCard } from './model-card.js';
import { writeReportPage } from './report-page.js';

/**
 * Writes what shows the results of a run: its page and its model card.
 * @returns the path of the page; in a workspace that cannot be written there may be none
 */
export async function writeResults(plan: Plan, record: RunRecord, observer: RunObserver): Promise<string | undefined> {
  try {
    const path = await writeReportPage(plan, record);
    await writeModelCard(plan, record);
    return path && relative('.', join(plan.workspace, path));
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    observer.warning?.(`page and model card cannot be written: ${describeError(error)}`);
    return undefined;
  }
}
