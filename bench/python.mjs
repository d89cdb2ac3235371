import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { once } from '../packages/engine/src/files/once.js';
import { runQuietly, works } from '../scripts/setup/command.mjs';
import { userCache } from '../scripts/setup/workspace.mjs';

/**
 * The folder of a Python environment's programs, whether it is there yet or not.
 * @param {URL} requirements the list of its packages with their versions
 */
export const programsOf = (requirements) => join(folderOf(requirements), 'bin');

/** Whether an environment is whole. */
export const isInstalled = (requirements) => existsSync(`${folderOf(requirements)}.whole`);

/**
 * A Python environment, made once per user and list of versions.
 * @param {URL} requirements
 * @param {string} what it is and its size, for those who wait
 * @returns {Promise<string>} the folder of its programs
 */
export async function installed(requirements, what) {
  const python = ['python3', 'python'].find((name) => works(name, ['-m', 'venv', '--help']));
  if (python === undefined) throw new Error('Python 3 with venv is needed');
  const place = folderOf(requirements);
  // Programs of an environment name its folder, so it is made where it stays; the mark says that it is whole.
  await once(`${place}.whole`, {
    async make(mark) {
      console.error(`bench: installing ${what}, once per user`);
      runQuietly(python, ['-m', 'venv', '--clear', place]);
      const options = ['--quiet', '--no-cache-dir', '--disable-pip-version-check'];
      const list = fileURLToPath(requirements);
      runQuietly(join(place, 'bin', 'python'), ['-m', 'pip', 'install', ...options, '-r', list]);
      writeFileSync(join(mark, 'made'), '');
    },
    onWait: (holder) => console.error(`bench: waiting for ${holder}, which is installing ${what}`),
  });
  if (!existsSync(join(place, 'bin', 'python'))) throw new Error(`${place} is broken: remove it and ${place}.whole`);
  return programsOf(requirements);
}

function folderOf(requirements) {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  return join(userCache(), 'bench', digest);
}
