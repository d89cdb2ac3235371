import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, temporaryWorkspace } from './workspace.mjs';

const EXPERIMENT = 'extends: 4layer.yaml\ntrain: { steps: 20 }\nsample: { songs: 1, length: 100 }\n';

/** A workspace in a temporary folder with an experiment that is quick to train. */
function workspace() {
  const folder = temporaryWorkspace();
  writeFileSync(join(folder, 'experiments', 'bench.yaml'), EXPERIMENT);
  return folder;
}

/** A pipeline of as many stages for DVC, each of which only copies: what it costs to find that nothing has changed. */
function dvcWorkspace() {
  const folder = mkdtempSync(join(tmpdir(), 'etude-bench-dvc-'));
  writeFileSync(join(folder, 'file-0'), 'x');
  const stages = Array.from(
    { length: 6 },
    (_, i) => `  stage-${i}:\n    cmd: cp file-${i} file-${i + 1}\n    deps: [file-${i}]\n    outs: [file-${i + 1}]\n`,
  );
  writeFileSync(join(folder, 'dvc.yaml'), `stages:\n${stages.join('')}`);
  mkdirSync(join(folder, '.dvc'));
  writeFileSync(join(folder, '.dvc', 'config'), '[core]\n    no_scm = true\n    analytics = false\n');
  return folder;
}

export function startUp({ programs, processesInTurn, compared }) {
  const etude = (...args) => runCommand('bench', ...args);
  return [
    {
      name: 'cached-run/dvc',
      async run() {
        const [ours, theirs] = [workspace(), dvcWorkspace()];
        const pair = [
          { command: etude(), cwd: ours },
          { command: [join(await programs('learning'), 'dvc'), 'repro', '--quiet'], cwd: theirs },
        ];
        await processesInTurn(pair, 1); // fills the caches
        const [mine, dvc] = await processesInTurn(pair, 5);
        return compared('cached-run/dvc', 'ms', mine, dvc, 'dvc');
      },
    },
    {
      name: 'changed-temperature',
      async run() {
        const cwd = workspace();
        await processesInTurn([{ command: etude(), cwd }], 1);
        const times = [];
        for (let i = 0; i < 5; i++) {
          times.push(
            ...(await processesInTurn([{ command: etude('--set', `sample.temperature=1.${i + 1}`), cwd }], 1))[0],
          );
        }
        return compared('changed-temperature', 'ms', times);
      },
    },
  ];
}
