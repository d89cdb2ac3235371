import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainFile, type RunRecord, readRunRecord } from '@etude/engine';
import { measuresFormat } from '@etude/measures';
import type { LastRun } from '@etude/page';
import { learningCurveFormat } from '@etude/trainer';

/** What the last runs of experiments left, each read when it is asked for and there is a new one. */
export class LastRuns {
  readonly #read = new Map<string, { readonly at: number; readonly last: LastRun | undefined }>();

  /** @param folder of the experiment's artifacts */
  of(folder: string): LastRun | undefined {
    const at = statSync(join(folder, 'run.json'), { throwIfNoEntry: false })?.mtimeMs;
    if (at === undefined) return undefined;
    const before = this.#read.get(folder);
    const last = before?.at === at ? before.last : lastRun(folder);
    this.#read.set(folder, { at, last });
    // The page is written after the record.
    return last && { ...last, hasPage: isPlainFile(join(folder, 'report.html')) };
  }
}

function lastRun(folder: string): LastRun | undefined {
  const record = readRunRecord(folder);
  if (record === undefined) return undefined;
  const { songs } = artifact(folder, record, 'measures.json', measuresFormat.parse) ?? { songs: [] };
  const curve = artifact(folder, record, 'learning-curve.csv', learningCurveFormat.parse);
  return {
    startedAt: record.startedAt,
    songs: songs.length,
    heldOut: curve?.kept.validationLoss,
    ...(songs.length > 0 && {
      longestCopy: Math.max(...songs.map(({ longestRun }) => longestRun?.notes ?? 0)),
      repeatedBars: songs.reduce((sum, { repeatedBars }) => sum + repeatedBars, 0) / songs.length,
    }),
    hasPage: false,
  };
}

/** What a stage wrote under a name; undefined where none did, or it is not what it should be. */
function artifact<T>(
  folder: string,
  { stages }: RunRecord,
  name: string,
  parse: (bytes: Uint8Array) => T,
): T | undefined {
  const stage = stages.find(({ outputs }) => outputs.some(({ path }) => path === name));
  if (stage === undefined) return undefined;
  const file = join(folder, stage.name, name);
  try {
    return isPlainFile(file) ? parse(readFileSync(file)) : undefined;
  } catch {
    return undefined;
  }
}
