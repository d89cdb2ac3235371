// For the command line: what it computes with.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDON, installed, readStamp, tfjsNode } from './workspace.mjs';

/**
 * Runs set-up in a process of its own, on standard error.
 * @param {{ again: boolean }} options `again` tries also what failed before
 * @returns {Promise<boolean>} whether it came to its end
 */
export function setUp({ again }) {
  const script = fileURLToPath(new URL('../setup.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, ...(again ? ['--again'] : [])], { stdio: ['ignore', 2, 2] });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/**
 * The folder of tfjs-node. In a checkout set-up has come before; what was installed as a package is set up when it first
 * computes, and where that fails it computes without.
 * @returns {Promise<string>}
 */
export async function nativeTensorFlow() {
  const { tensorflow } = readStamp();
  const done = tensorflow?.way === 'none' || existsSync(join(tfjsNode, ADDON));
  if (installed && !done) await setUp({ again: false });
  return tfjsNode;
}
