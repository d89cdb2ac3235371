// For the command line: what it computes with.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDON, installed, readStamp, tfjsNode } from './workspace.mjs';

// What each does is told in native.d.mts.
export function setUp({ again }) {
  const script = fileURLToPath(new URL('../setup.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, ...(again ? ['--again'] : [])], { stdio: ['ignore', 2, 2] });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

export async function nativeTensorFlow() {
  const { tensorflow } = readStamp();
  const done = tensorflow?.way === 'none' || existsSync(join(tfjsNode, ADDON));
  if (installed && !done) await setUp({ again: false });
  return tfjsNode;
}
