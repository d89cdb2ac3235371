// npm run test:faults: kills, corruption, full disks, short writes, runs at once and a cluster that comes to harm, many times more than in `npm test`.
// Everything random follows from --seed; --only KIND --seed N --rounds 1 repeats a round.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nx } from './nx.mjs';
import { root } from './setup/workspace.mjs';
import { setup } from './setup.mjs';

const { seed, only, rounds } = parseArgs({
  options: { seed: { type: 'string' }, only: { type: 'string' }, rounds: { type: 'string' } },
}).values;
await setup();
process.exitCode = await nx(['run-many', '-p', 'pipelines', 'cluster', '--targets=build', '--outputStyle=static']);
if (process.exitCode === 0) {
  const env = {
    ...process.env,
    FAULTS_LONG: 'yes',
    ...(seed && { FAULTS_SEED: seed }),
    ...(only && { FAULTS_ONLY: only }),
    ...(rounds && { FAULTS_ROUNDS: rounds }),
  };
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  for (const [folder, ...args] of [
    ['pipelines', 'faults/', '--maxConcurrency=3'],
    ['cluster', 'trials/random-faults'],
  ]) {
    const command = [vitest, 'run', ...args, '--reporter=verbose', '--passWithNoTests'];
    const { status } = spawnSync(process.execPath, command, { cwd: join(root, folder), stdio: 'inherit', env });
    process.exitCode ||= status ?? 1;
  }
}
