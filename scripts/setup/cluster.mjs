// The npm packages of cluster/, which has a lock file of its own, since few need them: called by what builds or tests it.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../../packages/engine/src/files/file-lock.js';
import { npmCi } from './packages.mjs';
import { root, say } from './workspace.mjs';

const folder = join(root, 'cluster');
/** Digest of the lock file that the packages in place come from; goes when they go. */
const stampFile = join(folder, 'node_modules', '.etude-lock');

function stamp() {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}

try {
  await withFileLock(
    join(root, '.etude', 'cluster-setup.lock'),
    async () => {
      const lock = readFileSync(join(folder, 'package-lock.json'));
      const wanted = createHash('sha256').update(lock).digest('hex');
      if (stamp() === wanted) return;
      npmCi(folder, "installing npm packages of cluster/, among them Temporal's SDK (285 MB, once)");
      writeFileSync(stampFile, wanted);
    },
    { onWait: (holder) => say(`waiting for the set-up that is being run by ${holder}`) },
  );
} catch (error) {
  say(`failed: ${error.message}`);
  process.exitCode = 1;
}
