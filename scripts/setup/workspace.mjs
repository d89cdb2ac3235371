import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
export function userCache() {
  const { env, platform } = process;
  if (env.ETUDE_CACHE_DIR) return env.ETUDE_CACHE_DIR;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'etude');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'etude');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'etude');
}
