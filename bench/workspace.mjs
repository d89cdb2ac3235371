import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/setup/workspace.mjs';

/** A workspace in a temporary folder, with the pipeline of songs, the experiments, the music and the base models. */
export function temporaryWorkspace() {
  const folder = mkdtempSync(join(tmpdir(), 'etude-bench-'));
  for (const name of ['pipelines/song.yaml', 'experiments', 'data', 'models']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  return folder;
}

export const ETUDE = join(root, 'pipelines', 'bin', 'etude.js');

/** The command that runs an experiment of a workspace. */
export function runCommand(name, ...more) {
  return [process.execPath, ETUDE, 'run', '--config', `experiments/${name}.yaml`, ...more];
}
