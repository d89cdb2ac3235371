// npm run test:copies: looks for copies in many more songs than `npm test` does; 10,000, or as many as are said.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup/workspace.mjs';
import { setup } from './setup.mjs';

await setup();
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [vitest, 'run', 'composing/copies', '--reporter=verbose'];
const env = { ...process.env, COPIES_SONGS: process.argv[2] ?? '10000' };
process.exitCode =
  spawnSync(process.execPath, args, { cwd: join(root, 'packages', 'generator'), stdio: 'inherit', env }).status ?? 1;
