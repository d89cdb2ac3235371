import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeStrays, writeAbsent, writeWhole } from '../files/whole-file.js';
import { checkKey, isKey } from './object-key.js';
import type { ObjectStore } from './object-store.js';

/** Where files are written before they get their names; no key begins with a dot. */
const PARTIAL = '.partial';

/**
 * Objects as files of a folder, which may be on NFS; its file system has to have hard links. Files are written aside, to the disk, and renamed.
 * @param folder made when the first object is stored
 * @example
 * const store = folderStore('/mnt/shared/etude');
 */
export function folderStore(folder: string): ObjectStore {
  const pathOf = (key: string) => {
    checkKey(key);
    return join(folder, ...key.split('/'));
  };
  const tmp = join(folder, PARTIAL);
  let tidied: Promise<unknown> | undefined;

  return {
    async get(key, signal) {
      const path = pathOf(key);
      // A client of NFS may have opened the file that another has just replaced.
      for (let attempt = 1; ; attempt++) {
        const bytes = await readFile(path, { signal }).catch((error: NodeJS.ErrnoException) => {
          signal?.throwIfAborted();
          if (isAbsent(error)) return undefined;
          if (error.code === 'ESTALE' && attempt < 3) return 'replaced' as const;
          throw error;
        });
        if (bytes !== 'replaced') return bytes;
      }
    },

    async put(key, bytes, { ifAbsent = false, signal } = {}) {
      const path = pathOf(key);
      signal?.throwIfAborted();
      // What processes left that were killed while they wrote.
      tidied ??= removeStrays(tmp);
      await tidied;
      if (!ifAbsent) {
        await writeWhole(path, bytes, { tmp });
        return true;
      }
      if ((await lstat(path).catch(() => undefined)) !== undefined) return false;
      return writeAbsent(path, bytes, { tmp });
    },

    async remove(key) {
      await rm(pathOf(key), { force: true });
    },

    list: (prefix) => listed(folder, prefix, ''),
  };
}

/** Objects below a folder, of which `above` is what their keys begin with: empty, or with a slash at its end. */
async function* listed(folder: string, prefix: string, above: string): ReturnType<ObjectStore['list']> {
  const entries = await readdir(join(folder, above), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  // In the order of whole keys: "a-b" comes before "a/b".
  const nameOf = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  for (const name of entries.map(nameOf).sort((a, b) => (a < b ? -1 : 1))) {
    const key = above + name;
    if (key.endsWith('/')) {
      const inside = key.startsWith(prefix) || prefix.startsWith(key);
      if (inside && isKey(key.slice(0, -1))) yield* listed(folder, prefix, key);
      continue;
    }
    if (!key.startsWith(prefix) || !isKey(key)) continue;
    const found = await lstat(join(folder, key)).catch(() => undefined);
    if (found?.isFile()) yield { key, bytes: found.size, modified: found.mtime };
  }
}

function isAbsent({ code = '' }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
