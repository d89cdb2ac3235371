import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from '../../packages/engine/src/files/once.js';
import { runQuietly, works } from '../../scripts/setup/command.mjs';
import { userCache } from '../../scripts/setup/workspace.mjs';

/** What there is to install, by the name of the list beside this file. */
const LISTS = { learning: 'PyTorch, Keras, DVC; 3 GB', midi: 'mido, symusic; 100 MB' };

/**
 * A Python environment with rivals, made once per user and list of versions. PyTorch brings several gigabytes of
 * libraries for graphics cards, which the package index has no build without.
 * @param {keyof typeof LISTS} list
 * @returns {Promise<string>} the folder of its programs
 */
export async function rivalPrograms(list) {
  const requirements = new URL(`${list}.txt`, import.meta.url);
  const python = ['python3', 'python'].find((name) => works(name, ['-m', 'venv', '--help']));
  if (python === undefined) throw new Error('the rivals need Python 3 with venv');
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(userCache(), 'bench');
  const place = join(folder, digest);
  // Programs of an environment name its folder, so it is made where it stays; the mark says that it is whole.
  await once(`${place}.whole`, {
    async make(mark) {
      console.error(`bench: installing rivals (${LISTS[list]}, once per user)`);
      runQuietly(python, ['-m', 'venv', '--clear', place]);
      const options = ['--quiet', '--no-cache-dir', '--disable-pip-version-check'];
      runQuietly(join(place, 'bin', 'python'), ['-m', 'pip', 'install', ...options, '-r', requirements.pathname]);
      writeFileSync(join(mark, 'made'), '');
    },
    onWait: (holder) => console.error(`bench: waiting for ${holder}, which is installing the rivals`),
  });
  if (!existsSync(join(place, 'bin', 'python'))) throw new Error(`${place} is broken: remove it and ${place}.whole`);
  return join(place, 'bin');
}
