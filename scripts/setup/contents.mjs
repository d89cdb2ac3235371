// Digests beside what set-up keeps for a user, so that a damaged file is noticed before it is loaded, which may end the process.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { writeWhole } from '../../packages/engine/src/files/whole-file.js';

const listOf = (folder) => join(folder, 'contents.json');

/** Writes down size, time and digest of every file in a folder. */
export async function recordContents(folder) {
  const contents = {};
  for (const path of filesIn(folder)) {
    const { size, mtimeMs } = lstatSync(path);
    contents[relative(folder, path)] = { size, milliseconds: Math.trunc(mtimeMs), sha256: await digestOf(path) };
  }
  await writeWhole(listOf(folder), `${JSON.stringify(contents, undefined, 2)}\n`);
}

/** Whether there is a list that {@link findDamage} can go by; folders of earlier versions have none. */
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
  let contents;
  try {
    contents = Object.entries(JSON.parse(readFileSync(listOf(folder), 'utf8')));
  } catch {
    return 'contents.json cannot be read';
  }
  for (const [name, recorded] of contents) {
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

/** The SHA-256 of a file in hexadecimal. */
export async function digestOf(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
