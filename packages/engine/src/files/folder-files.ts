import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isInside, kindAt } from './workspace-path.js';

export interface FoundFile {
  /** as it was come to */
  readonly path: string;
  /** without links */
  readonly real: string;
}

interface Search {
  /** links that lead out of this folder are not followed */
  readonly root: string;
  /** whether to look into a folder, by its path from where the search began, with forward slashes */
  readonly enters: (name: string) => boolean;
  /** whether a file counts, by the same */
  readonly wanted: (name: string) => boolean;
  /** told of what would count and is not read, and why */
  readonly skipped: (path: string, why: string) => void;
}

/**
 * The files below a folder, each once, under its own name where that is one that counts. Links are followed as long as they
 * lead to files and folders inside of the root.
 */
export function filesBelow(folder: string, { root, enters, wanted, skipped }: Search): FoundFile[] {
  const realRoot = realpathSync(root);
  const found = new Map<string, FoundFile>();
  const walked = new Set<string>();
  /** Links are looked at last, so that what they lead to keeps its own name where it has been found. */
  const links: { path: string; name: string }[] = [];

  const add = (path: string, real: string, name: string) => {
    if (wanted(name) && !found.has(real)) found.set(real, { path, real });
  };
  const walk = (path: string, real: string, before: string) => {
    // Two links to one folder, or a link to a folder around it.
    if (walked.has(real)) return;
    walked.add(real);
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const [inner, name] = [join(path, entry.name), before + entry.name];
      if (entry.isSymbolicLink()) links.push({ path: inner, name });
      else if (entry.isFile()) add(inner, join(real, entry.name), name);
      else if (!entry.isDirectory()) {
        if (wanted(name)) skipped(inner, `a ${kindAt(inner) ?? 'thing'} is no file`);
      } else if (enters(name)) walk(inner, join(real, entry.name), `${name}/`);
    }
  };
  walk(folder, realpathSync(folder), '');
  for (const { path, name } of links) {
    const kind = kindAt(path);
    if (!(kind === 'folder' ? enters(name) : wanted(name))) continue;
    if (kind === undefined) {
      skipped(path, 'the link leads nowhere');
      continue;
    }
    const real = realpathSync(path);
    if (!isInside(real, realRoot)) skipped(path, `the link leads out of ${root}, to ${real}`);
    else if (kind === 'folder') walk(path, real, `${name}/`);
    else if (kind === 'file') add(path, real, name);
    else skipped(path, `the link leads to a ${kind}`);
  }
  return [...found.values()];
}

/**
 * The files of some types below a folder, by their endings in lower case. What begins with a dot is hidden, as it is from a star.
 * @throws {Error} where there is no such folder
 * @example
 * const files = filesInFolder('data', ['mid'], { root: 'data', skipped: console.warn });
 * files[0].path; // 'data/canon-in-d.mid'
 */
export function filesInFolder(
  folder: string,
  extensions: readonly string[],
  limits: Pick<Search, 'root' | 'skipped'>,
): FoundFile[] {
  const enters = (name: string) => !/(^|\/)\./.test(name);
  return filesBelow(folder, { ...limits, enters, wanted: (name) => enters(name) && hasExtension(name, extensions) });
}

/** @param extensions without the dot, in lower case */
export function hasExtension(name: string, extensions: readonly string[]): boolean {
  return extensions.some((extension) => name.toLowerCase().endsWith(`.${extension}`));
}
