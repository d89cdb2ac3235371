// npm run judge -- EXPERIMENT, or -- --songs DIR --source FILE|DIR …: songs judged from outside (docs/judge.md).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../scripts/setup/workspace.mjs';
import { installed } from '../python.mjs';

const REQUIREMENTS = new URL('requirements.txt', import.meta.url);

const [first, ...rest] = process.argv.slice(2);
try {
  const experiment = first !== undefined && !first.startsWith('-');
  const args = experiment ? [...ofExperiment(first), ...rest] : process.argv.slice(2);
  const programs = await installed(REQUIREMENTS, 'the judge (mido, numpy, scikit-learn; 300 MB)');
  const { PYTHONPATH: more } = process.env;
  const packages = [fileURLToPath(new URL('..', import.meta.url)), ...(more ? [more] : [])].join(delimiter);
  const { status } = spawnSync(join(programs, 'python'), ['-m', 'judge', ...args], {
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error(`judge: ${error.message}`);
  process.exitCode = 2;
}

/** The songs of an experiment's last run, and what it has learned from. */
function ofExperiment(name) {
  const folder = join(root, 'artifacts', name);
  let record;
  try {
    record = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
  } catch {
    throw new Error(`expected an experiment that has run, found no artifacts/${name}/run.json`);
  }
  const source = record.stages.find(({ files }) => files?.source !== undefined)?.files.source.path;
  if (typeof source !== 'string' || /[*?[{]/.test(source)) {
    throw new Error(`${name} learns from several paths: name them by --songs artifacts/${name}/render and --source`);
  }
  return ['--songs', join(folder, 'render'), '--source', resolve(root, source), '--out', join(folder, 'judge')];
}
