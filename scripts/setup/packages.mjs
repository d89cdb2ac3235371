import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { home, installed, lockDigest, lockFolder, say, seconds } from './workspace.mjs';

/**
 * Runs `npm ci` unless the packages in place come from the present lock file.
 * @param {string | undefined} present digest of the lock file that the packages in place come from
 * @returns {string} digest of the present lock file
 */
export function installPackages(present) {
  const wanted = lockDigest();
  if (present === wanted) return wanted;
  if (installed) {
    mkdirSync(home, { recursive: true });
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(lockFolder, name), join(home, name));
  }
  npmCi(home, installed ? `installing tfjs-node for this user (${home})` : 'installing npm packages (npm ci)');
  return wanted;
}

/**
 * Installs what the lock file of a folder lists.
 * @param {string} folder
 * @param {string} what what the user is told
 */
export function npmCi(folder, what) {
  say(what);
  const startedAt = Date.now();
  // Install scripts stay off whatever the user's npm settings are: the one that matters is run by tensorflow.mjs.
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    throw new Error('npm ci did not finish (see above); check the network and run the same command again');
  }
  say(`npm packages are in place (${seconds(startedAt)})`);
}
