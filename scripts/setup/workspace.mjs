import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCache as cacheOf } from '../../packages/engine/src/files/user-cache.js';
import { writeWhole } from '../../packages/engine/src/files/whole-file.js';

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the native part of TensorFlow belongs. */
export const tfjsNode = join(root, 'node_modules', '@tensorflow', 'tfjs-node');

const stampFile = join(root, 'node_modules', '.etude-setup.json');

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

/** The folder where this user's programs keep what can be fetched again. */
export const userCache = () => cacheOf(process.env);
