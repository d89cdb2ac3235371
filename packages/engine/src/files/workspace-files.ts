import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { type FoundFile, filesBelow, filesInFolder } from './folder-files.js';
import { isInside, kindAt, leadsOutside, workspacePath } from './workspace-path.js';

/** A file that a parameter names; see `WorkspaceFile`, which knows its digest as well. */
export interface PlannedFile {
  /** workspace-relative; absolute where it is outside */
  readonly path: string;
  readonly name: string;
  /** absolute */
  readonly location: string;
}

interface Listeners {
  /** told of each path that leads to nothing */
  readonly problem: (message: string) => void;
  /** told of each file that a folder or a pattern leaves out although it would count */
  readonly skipped: (message: string) => void;
}

/**
 * The files that the value of a parameter names, each once, in the order of their names. A relative path stays in the workspace,
 * whatever its links say; an absolute one, or one that begins with `~`, may name a file, a folder or a pattern anywhere.
 */
export function findFiles(
  paths: readonly string[],
  extensions: readonly string[],
  workspace: string,
  listeners: Listeners,
): PlannedFile[] {
  const found = new Map<string, FoundFile>();
  for (const path of paths) {
    for (const file of filesOf(path, extensions, workspace, listeners)) {
      if (!found.has(file.real)) found.set(file.real, file);
    }
  }
  const locations = [...found.values()].map((file) => file.path);
  const folder = commonFolder(locations);
  return locations
    .map((location) => ({
      path: workspacePath(location, workspace),
      name: relative(folder, location).replaceAll(sep, '/'),
      location,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function filesOf(
  path: string,
  extensions: readonly string[],
  workspace: string,
  { problem, skipped }: Listeners,
): FoundFile[] {
  const atHome = path === '~' || path.startsWith('~/');
  const anywhere = atHome || isAbsolute(path);
  const start = atHome ? homedir() : workspace;
  const named = atHome ? path.slice(2) : path;
  const absolute = resolve(start, named);
  const nothing = (message: string) => {
    problem(message);
    return [];
  };
  const leavesWorkspace = (place: string) => {
    const real = anywhere ? undefined : leadsOutside(place, workspace);
    return (
      real && `${workspacePath(place, workspace)} leads out of the workspace through a link, to ${real}; ${NAME_IT}`
    );
  };
  if (!anywhere && !isInside(absolute, workspace)) {
    return nothing(`expected a path inside the workspace, found "${path}"; ${NAME_IT}`);
  }
  const limits = (from: string) => ({
    root: isInside(from, workspace) ? workspace : from,
    skipped: (file: string, why: string) => skipped(`${workspacePath(file, workspace)} is left out: ${why}`),
  });

  const kind = kindAt(absolute);
  if (kind !== undefined) {
    const outside = leavesWorkspace(absolute);
    if (outside !== undefined) return nothing(outside);
    if (kind === 'file') return [{ path: absolute, real: realpathSync(absolute) }];
    if (kind !== 'folder') return nothing(`expected a file or a folder, found a ${kind}: ${path}`);
    const files = filesInFolder(absolute, extensions, limits(absolute));
    if (files.length === 0) problem(`there is no file of type ${extensions.join(', ')} in the folder ${path}`);
    return files;
  }
  const { base: fixed, glob, isGlob, negated } = picomatch.scan(named);
  if (!isGlob || negated) return nothing(`there is no file ${path}`);
  // Behind a star it would lead out of what the star stands for.
  if (/(^|[/{,(|])\.\.($|[/},)|])/.test(path)) return nothing(`expected a pattern without .., found ${path}`);
  const base = resolve(start, fixed);
  if (kindAt(base) !== 'folder') return nothing(`no file matches ${path}`);
  const outside = leavesWorkspace(base);
  if (outside !== undefined) return nothing(outside);
  const files = filesBelow(base, { ...limits(base), ...matching(glob) });
  if (files.length === 0) problem(`no file matches ${path}`);
  return files;
}

const NAME_IT = 'music from elsewhere is named by its absolute path, or by one that begins with ~/';

/** Files that match a pattern, or lie in a folder that does. */
function matching(glob: string) {
  const matches = picomatch([glob, `${glob}/**`]);
  const segments = /[{(][^)}]*\//.test(glob) ? ['**'] : glob.split('/');
  const enters = (name: string) => {
    const parts = name.split('/');
    for (const [index, part] of parts.entries()) {
      const segment = segments[index];
      if (segment === undefined || segment.includes('**'))
        return parts.slice(index).every((each) => !each.startsWith('.'));
      if (!picomatch.isMatch(part, segment)) return false;
    }
    return true;
  };
  return { enters, wanted: (name: string) => matches(name) };
}

/** The deepest folder that all files are in. */
function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] ?? '');
  for (const file of files) {
    while (!isInside(file, folder) && folder !== dirname(folder)) folder = dirname(folder);
  }
  return folder;
}
