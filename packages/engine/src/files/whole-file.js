// Plain JavaScript, as file-lock.js.
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { temporaryName, writerOf } from './process-identity.js';

/** Temporary files of processes that cannot be seen are strays when they are this old (milliseconds). */
const STRAY_AGE_MS = 3_600_000;

/**
 * Writes a file as a whole or not at all: aside, to the last byte, to the disk, read again, then renamed. Where any of that
 * fails, what was there before stays, and nothing is left of the attempt. Folders are made where they are missing.
 *
 * @param {string} path
 * @param {string | Uint8Array} content a text is written as UTF-8
 * @param {{ tmp?: string }} [options] `tmp`: the folder for the temporary file, on the same file system
 * @returns {Promise<void>}
 */
export async function writeWhole(path, content, options = {}) {
  await writeAside(path, content, options, rename);
}

/**
 * As {@link writeWhole}, unless there is a file already: that one stays. Of several writers one writes its file. Needs a file system with hard links.
 *
 * @param {string} path
 * @param {string | Uint8Array} content
 * @param {{ tmp?: string }} [options]
 * @returns {Promise<boolean>} whether it was written
 * @example
 * await writeAbsent('/tmp/words.txt', 'abc'); // true
 * await writeAbsent('/tmp/words.txt', 'def'); // false
 */
export function writeAbsent(path, content, options = {}) {
  return writeAside(path, content, options, async (aside, place) => {
    try {
      await link(aside, place);
      return true;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      // Over NFS the answer to a link that was made can get lost.
      return (await stat(aside)).nlink > 1;
    } finally {
      await rm(aside, { force: true });
    }
  });
}

/**
 * @template T
 * @param {string} path
 * @param {string | Uint8Array} content
 * @param {{ tmp?: string }} options
 * @param {(aside: string, path: string) => Promise<T>} putInPlace
 * @returns {Promise<T>}
 */
async function writeAside(path, content, { tmp = dirname(path) }, putInPlace) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const aside = temporaryName(join(tmp, basename(path)));
  await mkdir(tmp, { recursive: true });
  let result;
  try {
    await writeNew(aside, bytes);
    await mkdir(dirname(path), { recursive: true });
    result = await putInPlace(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => {});
    throw Object.assign(/** @type {Error} */ (error), { path });
  }
  await toDisk(dirname(path));
  return result;
}

/**
 * Writes a file that must not be there yet, completely, and checks that it is.
 * @param {string} path
 * @param {Uint8Array} bytes
 */
async function writeNew(path, bytes) {
  const file = await open(path, 'wx+');
  try {
    // A write may take less than it is given: on a full disk, above a file-size limit, or when a signal comes.
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at, at);
      if (bytesWritten === 0) throw incomplete();
      at += bytesWritten;
    }
    await file.sync();
    if (!(await readFile(path)).equals(bytes)) throw incomplete();
  } finally {
    await file.close();
  }
}

function incomplete() {
  return Object.assign(new Error('EIO: what was written is not what is there'), { code: 'EIO' });
}

/**
 * Makes sure that a file, or the names in a folder, survive a power cut.
 * @param {string} path
 */
export async function toDisk(path) {
  // Windows opens no folders, and some network file systems do not know how to sync one.
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/**
 * Removes the temporary files that processes left in a folder when they were killed.
 * @param {string} folder
 * @param {{ dryRun?: boolean }} [options]
 * @returns {Promise<{ path: string, bytes: number }[]>} what was removed, or would be
 */
export async function removeStrays(folder, { dryRun = false } = {}) {
  const removed = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const writer = writerOf(name);
    if (writer === undefined || writer === 'running') continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile() || (writer === 'elsewhere' && Date.now() - found.mtimeMs < STRAY_AGE_MS)) continue;
    if (!dryRun) await rm(path, { force: true });
    removed.push({ path, bytes: found.size });
  }
  return removed;
}
