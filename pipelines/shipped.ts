import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest folder from one up that has one of some files or folders. */
export function above(from: string, marks: readonly string[]): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (marks.some((mark) => existsSync(join(folder, mark)))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** What comes with the program in the layout of a workspace: pipelines, experiments, models; and set-up, in `scripts/`. */
export const SHIPPED = above(dirname(fileURLToPath(import.meta.url)), [join('pipelines', 'song.yaml')])!;

/** The program as it is run, and the processes that it starts. */
export const BUNDLE = join(SHIPPED, 'pipelines', 'dist', 'bundle');
export const STAGE_PROCESS = join(BUNDLE, 'stage-process.js');
