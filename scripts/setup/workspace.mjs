import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCache as cacheOf } from '../../packages/engine/src/files/user-cache.js';
import { writeWhole } from '../../packages/engine/src/files/whole-file.js';

/** The checkout, or the package as it was installed. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder where a user's programs keep what can be fetched again. */
export const userCache = () => cacheOf(process.env);

/** What npm installs for the native part of TensorFlow where Etude itself was installed; absent from a checkout. */
const forInstalled = join(root, 'native');
export const installed = existsSync(forInstalled);
/** Where the packages are that come with a lock file: the checkout, or a folder of the user's. */
export const lockFolder = installed ? forInstalled : root;
export const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(join(lockFolder, 'package-lock.json')))
    .digest('hex');
export const home = installed
  ? join(userCache(), 'installed', `${process.platform}-${process.arch}-${lockDigest().slice(0, 16)}`)
  : root;

/** Where the native part of TensorFlow belongs. */
export const tfjsNode = join(home, 'node_modules', '@tensorflow', 'tfjs-node');
/** Its add-on, from there. */
export const ADDON = join('lib', 'napi-v8', 'tfjs_binding.node');

const stampFile = join(home, 'node_modules', '.etude-setup.json');

/** @param {string} line */
export function say(line) {
  console.error(`setup: ${line}`);
}

/** @param {number} startedAt from Date.now() */
export function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}

/** What set-up did last in this checkout; lies in node_modules so that it goes when they go. */
export function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

export async function writeStamp(stamp) {
  const text = `${JSON.stringify(stamp, undefined, 2)}\n`;
  let current;
  try {
    current = readFileSync(stampFile, 'utf8');
  } catch {}
  if (text !== current) await writeWhole(stampFile, text);
}
