// Plain JavaScript, as file-lock.js.
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder where a user's programs keep what can be fetched or made again.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string}
 * @example
 * userCache({ ETUDE_CACHE_DIR: '/data/etude' }); // '/data/etude'
 */
export function userCache(environment) {
  if (environment.ETUDE_CACHE_DIR) return environment.ETUDE_CACHE_DIR;
  const { platform } = process;
  if (platform === 'win32') return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'etude');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'etude');
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'etude');
}
