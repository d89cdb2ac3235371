import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { makePlan, type Plan } from '@etude/engine';
import { stages } from '../stages/index.js';

/** The workspace around a folder: the nearest one up that holds `pipelines/`, else the folder itself. */
export function findWorkspace(from = process.cwd()): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'pipelines', 'song.yaml'))) return folder;
    if (folder === dirname(folder)) return resolve(from);
  }
}

/** A path as its user means it: from where they stand, or else from the workspace, of which both may be named through links. */
function resolveConfig(config: string, workspace: string): string {
  const here = resolve(config);
  if (!existsSync(here)) return resolve(workspace, config);
  const way = relative(realpathSync(workspace), realpathSync(dirname(here)));
  return way.startsWith('..') || isAbsolute(way) ? here : join(workspace, way, basename(here));
}

/** @throws {InputError} */
export function planFor({ config, set }: { config: string; set?: readonly string[] }): Plan {
  const workspace = findWorkspace();
  return makePlan({ workspace, config: resolveConfig(config, workspace), set: set ?? [], stages });
}
