// Digests beside what is kept for a user, so that a damaged file is noticed before it is used. Plain JavaScript, as file-lock.js.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { writeWhole } from './whole-file.js';

/**
 * @typedef {{ size: number, milliseconds: number, sha256: string }} Recorded `milliseconds`: when the file was last changed
 */

/** @param {string} folder */
const listOf = (folder) => join(folder, 'contents.json');

/**
 * Writes down size, time and digest of every file in a folder.
 * @param {string} folder
 */
export async function recordContents(folder) {
  /** @type {Record<string, Recorded>} */
  const contents = {};
  for (const path of filesIn(folder)) {
    const { size, mtimeMs } = lstatSync(path);
    contents[relative(folder, path).replaceAll(sep, '/')] = {
      size,
      milliseconds: Math.trunc(mtimeMs),
      sha256: await digestOf(path),
    };
  }
  await writeWhole(listOf(folder), `${JSON.stringify(contents, undefined, 2)}\n`);
}

/**
 * What was recorded of the files of a folder, by their paths in it with forward slashes; undefined where nothing readable was.
 * @param {string} folder
 * @returns {Record<string, Recorded> | undefined}
 * @example
 * recordedContents(folder)?.['words.txt'].size; // 3
 */
export function recordedContents(folder) {
  try {
    return JSON.parse(readFileSync(listOf(folder), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Whether there is a list that {@link findDamage} can go by; folders of earlier versions have none.
 * @param {string} folder
 */
export function hasRecordedContents(folder) {
  return existsSync(listOf(folder));
}

/**
 * What is wrong in a folder; undefined where all is as it was recorded. A file is read where its time is another than recorded.
 * @param {string} folder
 * @param {{ thorough?: boolean }} [options] `thorough`: read every file
 * @returns {Promise<string | undefined>}
 */
export async function findDamage(folder, { thorough = false } = {}) {
  const contents = recordedContents(folder);
  if (contents === undefined) return 'contents.json cannot be read';
  for (const [name, recorded] of Object.entries(contents)) {
    const { size, milliseconds, sha256 } = recorded ?? {};
    const path = join(folder, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) return `${name} is missing`;
    if (found.size !== size) return `${name} has ${found.size} bytes, expected ${size}`;
    if ((thorough || Math.trunc(found.mtimeMs) !== milliseconds) && (await digestOf(path)) !== sha256)
      return `${name} has changed`;
  }
  return undefined;
}

/**
 * The SHA-256 of a file in hexadecimal.
 * @param {string} file
 * @returns {Promise<string>}
 */
export async function digestOf(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/** @param {string} folder */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
