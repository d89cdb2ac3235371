import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { InputError } from '../problem.js';

/** Where files are looked up: in the workspace, then among those that come with the program. */
export interface Places {
  readonly workspace: string;
  readonly shipped?: string | undefined;
}

/**
 * The path itself, or where the workspace has nothing there, the shipped file in its place.
 * @param path absolute
 */
export function orShipped(path: string, { workspace, shipped }: Places): string {
  if (shipped === undefined || kindAt(path) !== undefined || !isInside(path, workspace)) return path;
  const other = join(shipped, relative(workspace, path));
  return kindAt(other) === 'file' ? other : path;
}

/** A path of the workspace as people write it: relative, with forward slashes. One from outside stays absolute. */
export function workspacePath(path: string, workspace: string): string {
  return isInside(path, workspace) ? relative(workspace, path).split(sep).join('/') : path;
}

/** Whether a path is a folder or below it, by its words alone: links are not looked at. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/**
 * What stands at a path, links followed; undefined where there is nothing, or a link that leads nowhere.
 * @example
 * kindAt('packages'); // 'folder'
 * kindAt('nothing'); // undefined
 */
export function kindAt(path: string): 'file' | 'folder' | 'FIFO' | 'device' | 'socket' | undefined {
  try {
    return kindOf(statSync(path));
  } catch {
    return undefined;
  }
}

function kindOf(stats: Stats): NonNullable<ReturnType<typeof kindAt>> {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isFIFO()) return 'FIFO';
  return stats.isSocket() ? 'socket' : 'device';
}

/** Where a path that lies in a folder really leads, if that is outside of the folder; undefined where it is inside. */
export function leadsOutside(path: string, folder: string): string | undefined {
  const real = realpathSync(path);
  return isInside(real, realpathSync(folder)) ? undefined : real;
}

/**
 * The first thing on the way from the workspace down to a folder that is a symbolic link or no folder at all;
 * workspace-relative. Undefined where all of them are real folders or not there yet: what is written stays inside.
 */
function obstacleTo(path: string, workspace: string): string | undefined {
  const above = dirname(path);
  const before = relative(workspace, above) === '' ? undefined : obstacleTo(above, workspace);
  if (before !== undefined) return before;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats === undefined || stats.isDirectory() ? undefined : workspacePath(path, workspace);
}

/** @throws {InputError} where a link, or something else that is no folder, stands on the way to a folder to write to */
export function mustBeInside(folder: string, workspace: string): void {
  const place = obstacleTo(folder, workspace);
  if (place === undefined) return;
  const message =
    'expected a folder, found a symbolic link or a file; Etude writes only to real folders of the workspace';
  throw new InputError([{ place, message }]);
}

/** @throws {InputError} where what Etude keeps for itself in a workspace would be elsewhere */
export function ownFoldersMustBeInside(workspace: string): void {
  const cache = ['content-v2', 'index-v5', 'tmp'].map((each) => join('.etude', 'cache', each));
  for (const folder of ['artifacts', join('.etude', 'locks'), join('.etude', 'logs'), ...cache])
    mustBeInside(join(workspace, folder), workspace);
}

/**
 * Whether a path names a regular file that is no link.
 * @example
 * isPlainFile('README.md'); // true
 * isPlainFile('packages'); // false
 */
export function isPlainFile(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether a name stays in its folder on any system, and does not hide there. */
export function isPlainName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !/[/\\:\p{Cc}]/u.test(name);
}

/** Whether a run may leave anything in a workspace. */
export async function canBeWritten(workspace: string): Promise<boolean> {
  for (const folder of [join(workspace, '.etude', 'locks'), join(workspace, '.etude'), workspace]) {
    try {
      await access(folder, constants.W_OK);
      return true;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') return !['EROFS', 'EACCES', 'EPERM'].includes(code);
    }
  }
  return true;
}
