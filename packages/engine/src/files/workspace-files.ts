import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { type FoundFile, filesBelow, filesInFolder, hasExtension } from './folder-files.js';
import { isInside, kindAt, leadsOutside, orShipped, type Places, workspacePath } from './workspace-path.js';

/** A file that a parameter names; see `WorkspaceFile`, which knows its digest as well. */
export interface PlannedFile {
  /** workspace-relative; absolute where it is outside */
  readonly path: string;
  readonly name: string;
  /** absolute */
  readonly location: string;
  /** what the SHA-256 of its bytes has to be, in hexadecimal, where that is known; see {@link DataSetFile} */
  readonly digest?: string;
}

/** A file of a data set, which lies outside of the workspace and is the same on every machine. */
export interface DataSetFile {
  /** relative to the data set, with forward slashes */
  readonly name: string;
  /** absolute */
  readonly location: string;
  /** SHA-256 of its bytes, in hexadecimal */
  readonly digest: string;
}

/** The files of the data set of a name; or why there are none, in words behind its name. */
export type FindDataSet = (name: string) => readonly DataSetFile[] | { readonly problem: string };

interface Surroundings {
  readonly dataSet: FindDataSet;
  /** told of each path that leads to nothing */
  readonly problem: (message: string) => void;
  /** told of each file that a folder or a pattern leaves out although it would count */
  readonly skipped: (message: string) => void;
}

/** How a data set is named where a path could be. */
const DATA_SET = 'dataset:';

/** `dataset:NAME` where a planned file is of a data set. */
export function dataSetOf(path: string): string | undefined {
  return path.startsWith(DATA_SET) ? path.split('/')[0] : undefined;
}

/**
 * The files that the value of a parameter names, each once, in the order of their names. A relative path stays in the workspace,
 * whatever its links say; an absolute one, or one that begins with `~`, may name a file, a folder or a pattern anywhere; `dataset:NAME` names the files
 * of a data set, whose names say that and not where it is kept. A file that the workspace lacks may be one that is shipped.
 */
export function findFiles(
  paths: readonly string[],
  extensions: readonly string[],
  places: Places,
  surroundings: Surroundings,
): PlannedFile[] {
  const { workspace, shipped } = places;
  const found = new Map<string, FoundFile>();
  const ofDataSets = new Map<string, PlannedFile>();
  for (const path of paths) {
    if (path.startsWith(DATA_SET)) {
      for (const file of filesOfDataSet(path, extensions, surroundings)) ofDataSets.set(file.name, file);
      continue;
    }
    for (const file of filesOf(path, extensions, places, surroundings)) {
      if (!found.has(file.real)) found.set(file.real, file);
    }
  }
  const locations = [...found.values()].map((file) => file.path);
  const folder = commonFolder(locations);
  const files = locations.map((location) => ({
    path: isShipped(location, places) ? workspacePath(location, shipped!) : workspacePath(location, workspace),
    name: relative(folder, location).replaceAll(sep, '/'),
    location,
  }));
  return [...files, ...ofDataSets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isShipped(path: string, { workspace, shipped }: Places): boolean {
  return shipped !== undefined && !isInside(path, workspace) && isInside(path, shipped);
}

function filesOfDataSet(
  path: string,
  extensions: readonly string[],
  { dataSet, problem }: Surroundings,
): PlannedFile[] {
  const files = dataSet(path.slice(DATA_SET.length));
  if ('problem' in files) {
    problem(`${path}: ${files.problem}`);
    return [];
  }
  const ofType = files.filter(({ name }) => hasExtension(name, extensions));
  if (ofType.length === 0 && files.length > 0)
    problem(`${path}: there is no file of type ${extensions.join(', ')} in it`);
  return ofType.map(({ name, ...file }) => ({ ...file, path: `${path}/${name}`, name: `${path}/${name}` }));
}

function filesOf(
  path: string,
  extensions: readonly string[],
  places: Places,
  { problem, skipped }: Surroundings,
): FoundFile[] {
  const { workspace } = places;
  const atHome = path === '~' || path.startsWith('~/');
  const anywhere = atHome || isAbsolute(path);
  const start = atHome ? homedir() : workspace;
  const named = atHome ? path.slice(2) : path;
  const own = resolve(start, named);
  const absolute = anywhere ? own : orShipped(own, places);
  const nothing = (message: string) => {
    problem(message);
    return [];
  };
  const leavesWorkspace = (place: string) => {
    const real = anywhere || isShipped(place, places) ? undefined : leadsOutside(place, workspace);
    return (
      real && `${workspacePath(place, workspace)} leads out of the workspace through a link, to ${real}; ${NAME_IT}`
    );
  };
  if (!anywhere && !isInside(own, workspace)) {
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
    // What runs left is nothing to learn from, unless it is named.
    const results = join(workspace, 'artifacts');
    const files = filesInFolder(absolute, extensions, limits(absolute)).filter(
      (file) => isInside(absolute, results) || !isInside(file.path, results),
    );
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
