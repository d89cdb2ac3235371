import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say, seconds } from './workspace.mjs';

/**
 * Runs `npm ci` unless the packages in place come from the present lock file.
 * @param {string | undefined} installed digest of the lock file that the packages in place come from
 * @returns {string} digest of the present lock file
 */
export function installPackages(installed) {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (installed === wanted) return wanted;
  say('installing npm packages (npm ci)');
  const startedAt = Date.now();
  // Install scripts stay off whatever the user's npm settings are: the one that matters is run by tensorflow.mjs.
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    throw new Error('npm ci did not finish (see above); check the network and run the same command again');
  }
  say(`npm packages are in place (${seconds(startedAt)})`);
  return wanted;
}
