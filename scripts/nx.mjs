import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './setup/workspace.mjs';

/**
 * Runs Nx with the terminal of this process.
 * @param {string[]} args
 * @param {{ quiet?: boolean }} [options] `quiet` leaves out what Nx prints
 * @returns {Promise<number>} its exit code; 130 where it was interrupted
 */
export function nx(args, { quiet = false } = {}) {
  const child = spawn(process.execPath, [program(), ...args], {
    cwd: root,
    stdio: ['inherit', quiet ? 'ignore' : 'inherit', 'inherit'],
  });
  // Ctrl-C and a closed terminal reach the whole process group: Nx and the stage end in their own time, and this process waits.
  let interrupted = false;
  const note = () => {
    interrupted = true;
  };
  const stop = () => {
    interrupted = true;
    child.kill('SIGTERM');
  };
  process.on('SIGINT', note);
  process.on('SIGHUP', stop);
  process.on('SIGTERM', stop);
  // A signal to npm alone ends npm and the shell that it started, and nobody tells this process.
  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(orphaned);
    stop();
  }, 500);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      process.off('SIGINT', note);
      process.off('SIGHUP', stop);
      process.off('SIGTERM', stop);
      clearInterval(orphaned);
      // Whatever code Nx made of it.
      resolve(interrupted || signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP' ? 130 : (code ?? 1));
    });
  });
}

function program() {
  const manifest = createRequire(import.meta.url).resolve('nx/package.json');
  return join(dirname(manifest), createRequire(manifest)(manifest).bin.nx);
}
