// npm run song [-- --config experiments/quick.yaml …]: set-up, then the experiment.
import { nx } from './nx.mjs';
import { say } from './setup/workspace.mjs';
import { setup } from './setup.mjs';

const args = process.argv.slice(2);
const named = args.some((arg) => /^(-c|--config)(=|$)/.test(arg));
try {
  await setup();
  process.exitCode = await nx([
    'run',
    'pipelines:song',
    ...(named ? [] : ['--config', 'experiments/tune-book.yaml']),
    ...args,
  ]);
} catch (error) {
  say(`failed: ${error.message}`);
  process.exitCode = 1;
}
