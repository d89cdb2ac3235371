import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ETUDE, runCommand, temporaryWorkspace } from './workspace.mjs';

const EXPERIMENT = 'extends: 4layer.yaml\ntrain: { steps: 20 }\nsample: { songs: 1, length: 100 }\n';

/** A workspace in a temporary folder with an experiment that is quick to train. */
function workspace() {
  const folder = temporaryWorkspace();
  writeFileSync(join(folder, 'experiments', 'bench.yaml'), EXPERIMENT);
  return folder;
}

/** A workspace with as many files of music. */
function workspaceOf(files) {
  const folder = temporaryWorkspace();
  const music = readFileSync(join(folder, 'data', 'canon-in-d.mid'));
  mkdirSync(join(folder, 'music'));
  for (let i = 0; i < files; i++) {
    // The tempo makes each a file of its own.
    const bytes = Buffer.from(music);
    bytes.writeUInt16BE(i, bytes.indexOf(Buffer.from([0xff, 0x51, 0x03])) + 4);
    writeFileSync(join(folder, 'music', `${i}.mid`), bytes);
  }
  const source = 'extract-track: { source: music }\n';
  const little = 'train: { layers: 1, units: 16, steps: 2, batch: 4, window: 16 }\nsample: { songs: 1, length: 100 }\n';
  writeFileSync(join(folder, 'experiments', 'bench.yaml'), `extends: 4layer.yaml\n${source}${little}`);
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
  const node = { command: [process.execPath, '-e', '0'], cwd: tmpdir() };
  /** A command that has nothing to do, against the least that a process of Node takes. */
  const besideNode = (name, prepare) => ({
    name: `${name}/node`,
    async run() {
      const pair = [await prepare(), node];
      await processesInTurn(pair, 1); // fills the caches
      const [mine, nodes] = await processesInTurn(pair, 10);
      return compared(`${name}/node`, 'ms', mine, nodes, 'node');
    },
  });
  return [
    besideNode('help', () => ({ command: [process.execPath, ETUDE, '--help'], cwd: tmpdir() })),
    besideNode('cached-run', () => ({ command: etude(), cwd: workspace() })),
    besideNode('cached-run-1000-files', () => ({ command: etude(), cwd: workspaceOf(1000) })),
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
