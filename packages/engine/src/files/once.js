// Plain JavaScript, as file-lock.js.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { findDamage, hasRecordedContents, recordContents } from './contents.js';
import { withFileLock } from './file-lock.js';

/**
 * A folder of files that several processes may want and one of them makes: under a lock, aside, then renamed. Where the maker
 * is killed half way or fails, nothing is left that counts, and the next one begins anew. One that is damaged is made again.
 * @param {string} folder where it is to be
 * @param {object} how
 * @param {(aside: string) => Promise<void>} how.make fills the empty folder `aside`
 * @param {(folder: string) => void} [how.check] throws where what is in the folder is of no use here
 * @param {(holder: string) => void} how.onWait told once of the process that is at it already
 * @param {(message: string) => void} [how.onDamage] told of a folder that is made again, and why
 * @param {boolean} [how.thorough] read all that is there already
 * @param {AbortSignal | undefined} [how.signal] ends the waiting with its reason
 * @returns {Promise<string>} the folder
 * @example
 * const make = async (aside) => writeFileSync(join(aside, 'words.txt'), 'abc');
 * await once('/tmp/words', { make, onWait: console.warn }); // '/tmp/words', made by the first who asks
 */
export function once(folder, { make, check = () => {}, onWait, onDamage = () => {}, thorough = false, signal }) {
  return withFileLock(
    `${folder}.lock`,
    async () => {
      const aside = `${folder}.partial`;
      rmSync(aside, { recursive: true, force: true });
      if (existsSync(folder)) {
        const damage = await damageOf(folder, check, thorough);
        if (damage === undefined) return folder;
        onDamage(`${folder} is damaged and made again: ${damage}`);
      }
      mkdirSync(aside, { recursive: true });
      try {
        await make(aside);
        check(aside);
        await recordContents(aside);
        rmSync(folder, { recursive: true, force: true });
        renameSync(aside, folder);
      } finally {
        rmSync(aside, { recursive: true, force: true });
      }
      return folder;
    },
    { onWait, signal },
  );
}

/**
 * @param {string} folder
 * @param {(folder: string) => void} check
 * @param {boolean} thorough
 */
async function damageOf(folder, check, thorough) {
  if (hasRecordedContents(folder)) return findDamage(folder, { thorough });
  // Earlier versions recorded nothing.
  try {
    check(folder);
    await recordContents(folder);
    return undefined;
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}
