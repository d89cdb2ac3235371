import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './setup/workspace.mjs';

/**
 * Runs Nx with the terminal of this process.
 * @param {string[]} args
 * @returns {Promise<number>} its exit code; 130 where it was interrupted
 */
export function nx(args) {
  const child = spawn(process.execPath, [program(), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  // Ctrl-C reaches the whole process group: Nx and the stage end in their own time, and this process waits for them.
  let interrupted = false;
  const note = () => {
    interrupted = true;
  };
  process.on('SIGINT', note);
  const forward = () => child.kill('SIGTERM');
  process.on('SIGTERM', forward);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      process.off('SIGINT', note);
      process.off('SIGTERM', forward);
      // Whatever code Nx made of it.
      const stopped = interrupted || signal === 'SIGINT' || signal === 'SIGTERM';
      resolve(stopped ? 130 : (code ?? 1));
    });
  });
}

function program() {
  const manifest = createRequire(import.meta.url).resolve('nx/package.json');
  return join(dirname(manifest), createRequire(manifest)(manifest).bin.nx);
}
