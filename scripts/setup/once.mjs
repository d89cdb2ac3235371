import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { withFileLock } from '../../packages/pipeline/src/file-lock.js';

/**
 * A folder that several processes may want and one of them makes: under a lock, aside, then renamed. Where the maker is
 * killed half way or fails, nothing is left that counts, and the next one begins anew.
 * @param {string} folder where it is to be
 * @param {(aside: string) => Promise<void>} make fills the empty folder `aside`
 * @param {(holder: string) => void} onWait told once of the process that is at it already
 * @returns {Promise<string>} the folder
 */
export function once(folder, make, onWait) {
  return withFileLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(folder)) return folder;
      const aside = `${folder}.partial`;
      rmSync(aside, { recursive: true, force: true });
      mkdirSync(aside, { recursive: true });
      try {
        await make(aside);
        renameSync(aside, folder);
      } finally {
        rmSync(aside, { recursive: true, force: true });
      }
      return folder;
    },
    { onWait },
  );
}
