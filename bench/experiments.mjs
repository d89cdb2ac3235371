import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, temporaryWorkspace } from './workspace.mjs';

/** Each piece in data/, and how it is read. */
export const PIECES = {
  'Prelude BWV 846': { 'extract-track': { source: 'data/prelude-bwv-846.mid' } },
  'tune book': { 'extract-track': { source: 'data/tune-book' }, tokenize: { grammar: 'factored' } },
  'Canon in D': { 'extract-track': { source: 'data/canon-in-d.mid', track: 'all' }, tokenize: { grammar: 'session' } },
};
/** A model that learns in seconds. */
export const SMALL = { layers: 2, units: 128, batch: 8, window: 64, learningRate: 0.003, evaluateEvery: 20 };
/** Sampling at temperature 1 and nothing else. */
export const PLAIN = { rules: { copyLimit: 0 }, takes: 1, ending: 'cut' };

export const workspace = temporaryWorkspace();
const [program, ...etude] = runCommand('measured');

/** Runs an experiment in a workspace of its own: what the stage measure found, and the learning curve. */
export function runExperiment(stages) {
  writeFileSync(join(workspace, 'experiments', 'measured.yaml'), JSON.stringify({ pipeline: 'song', ...stages }));
  execFileSync(program, etude, { cwd: workspace, stdio: ['ignore', 'ignore', 'inherit'] });
  const read = (path) => readFileSync(join(workspace, 'artifacts', 'measured', path), 'utf8');
  return { ...JSON.parse(read('measure/measures.json')), curve: read('train/learning-curve.csv') };
}

export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** The median, and in brackets the spread. */
export function spread(list, digits = 0) {
  const [least, most] = [Math.min(...list).toFixed(digits), Math.max(...list).toFixed(digits)];
  return `${median(list).toFixed(digits)} (${least} to ${most})`;
}
