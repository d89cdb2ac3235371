// The npm packages of cluster/, which has a lock file of its own, since few need them: called by what builds or tests it. With --build, by the
// command line (pipelines/cli/optional-cluster.ts), it builds it as well.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../../packages/engine/src/files/file-lock.js';
import { runQuietly } from './command.mjs';
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
      if (stamp() !== wanted) {
        npmCi(folder, 'installing npm packages of cluster/ (npm ci)');
        writeFileSync(stampFile, wanted);
      }
      if (process.argv.includes('--build')) runQuietly(process.execPath, ['build.mjs'], { cwd: folder });
    },
    { onWait: (holder) => say(`waiting for the set-up that is being run by ${holder}`) },
  );
} catch (error) {
  say(`failed: ${error.message}`);
  process.exitCode = 1;
}
