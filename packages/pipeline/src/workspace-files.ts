import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { workspacePath } from './yaml-file.js';

/** A file that a parameter names; see `WorkspaceFile`, which knows its digest as well. */
export interface PlannedFile {
  /** workspace-relative */
  readonly path: string;
  readonly name: string;
  /** absolute */
  readonly location: string;
}

/**
 * The files that the value of a parameter names, each once, in the order of their names.
 * @param problem told of each path that leads to nothing
 */
export function findFiles(
  paths: readonly string[],
  extensions: readonly string[],
  workspace: string,
  problem: (message: string) => void,
): PlannedFile[] {
  const found = new Set<string>();
  for (const path of paths) {
    const absolute = resolve(workspace, path);
    const inside = relative(workspace, absolute);
    if (isAbsolute(path) || inside.startsWith('..') || isAbsolute(inside)) {
      problem(`expected a path inside the workspace, found "${path}"`);
    } else if (!existsSync(absolute)) {
      const matching = isDynamicPattern(path) ? globSync(path, { cwd: workspace, absolute: true }) : [];
      if (matching.length > 0) for (const file of matching) found.add(resolve(file));
      else problem(isDynamicPattern(path) ? `no file matches ${path}` : `there is no file ${path}`);
    } else if (statSync(absolute).isFile()) {
      found.add(absolute);
    } else {
      const names = filesIn(absolute, extensions);
      for (const name of names) found.add(join(absolute, name));
      if (names.length === 0) problem(`there is no file of type ${extensions.join(', ')} in the folder ${path}`);
    }
  }
  const locations = [...found];
  const folder = commonFolder(locations);
  return locations
    .map((location) => ({
      path: workspacePath(location, workspace),
      name: relative(folder, location).replaceAll(sep, '/'),
      location,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function filesIn(folder: string, extensions: readonly string[]): string[] {
  const wanted = (name: string) => extensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`));
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** The deepest folder that all files are in. */
function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? '');
  for (const file of files) {
    while (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) folder = dirname(folder);
  }
  return folder;
}
