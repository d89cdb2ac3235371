// A sweep of trainings, through the real command line.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, temporaryWorkspace } from '../workspace.mjs';

/** About half a minute on one thread for each training; what else a point has takes a second. */
const TRAINING = `extends: 4layer.yaml
train: { layers: 2, units: 128, batch: 32, window: 64, steps: 900, evaluateEvery: 450 }
sample: { songs: 1, length: 60, takes: 1 }
sweep:
  grid: { train.seed: [1, 2, 3, 4, 5, 6] }
`;

/** @returns a command that runs the sweep in a workspace where nothing has run yet */
export function trainings(options, env = {}) {
  return {
    command: runCommand('bench', ...options),
    cwd: '',
    env: { ...withoutThreads(), ...env },
    before() {
      this.cwd = temporaryWorkspace();
      writeFileSync(join(this.cwd, 'experiments', 'bench.yaml'), TRAINING);
    },
  };
}

function withoutThreads() {
  const { ETUDE_THREADS: _, ...rest } = process.env;
  return rest;
}
