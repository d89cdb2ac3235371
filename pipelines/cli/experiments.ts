import { existsSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { filesInFolder, isExperimentName, runRecords } from '@etude/engine';

export interface FoundExperiment {
  readonly experiment: string;
  /** its file, from the workspace; undefined where only its artifacts are left */
  readonly config: string | undefined;
}

/** The experiments of a workspace, by name: what is in `experiments/` and its folders, and what else has left artifacts. */
export function experimentsIn(workspace: string): FoundExperiment[] {
  const folder = join(workspace, 'experiments');
  const found = new Map<string, FoundExperiment>();
  const files = existsSync(folder) ? filesInFolder(folder, ['yaml', 'yml'], { root: workspace, skipped() {} }) : [];
  for (const { path } of files) {
    const name = relative(folder, path).split(sep).join('/');
    const experiment = name.slice(0, -extname(name).length);
    if (isExperimentName(experiment)) found.set(experiment, { experiment, config: `experiments/${name}` });
  }
  for (const { experiment } of runRecords(workspace)) {
    if (!found.has(experiment) && isExperimentName(experiment))
      found.set(experiment, { experiment, config: undefined });
  }
  return [...found.values()].sort((a, b) => (a.experiment < b.experiment ? -1 : 1));
}
