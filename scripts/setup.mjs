// Brings a fresh clone to where it can run: npm packages, then native TensorFlow and kernels. Uses nothing but Node.
// `npm run song` and `npm test` call it first; with nothing to do it takes milliseconds and is silent. Where Etude was
// installed as a package, it is called before the first computation (setup/native.mjs).

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withFileLock } from '../packages/engine/src/files/file-lock.js';
import { provideKernels } from './setup/kernels.mjs';
import { installPackages } from './setup/packages.mjs';
import { provideTensorFlow } from './setup/tensorflow.mjs';
import { home, readStamp, say, writeStamp } from './setup/workspace.mjs';

/** @param {{ again?: boolean }} [options] `again` tries for native TensorFlow even if an earlier set-up gave up */
export async function setup({ again = false } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Etude needs Node 20.19 or later; this is Node ${process.versions.node}`);
  }
  await withFileLock(
    join(home, '.etude', 'setup.lock'),
    async () => {
      const stamp = readStamp();
      const packages = installPackages(stamp.packages);
      const tensorflow = await provideTensorFlow(
        again || packages !== stamp.packages ? undefined : stamp.tensorflow,
        again,
      );
      const kernels = await provideKernels(tensorflow.way !== 'none', again ? undefined : stamp.kernels, again);
      await writeStamp({ packages, tensorflow, kernels });
    },
    { onWait: (holder) => say(`waiting for the set-up that is being run by ${holder}`) },
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await setup({ again: process.argv.includes('--again') });
    say('done');
  } catch (error) {
    say(`failed: ${error.message}`);
    process.exitCode = 1;
  }
}
