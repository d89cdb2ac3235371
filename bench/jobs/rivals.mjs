// The chain of `chain.mjs` for DVC and Snakemake. Their stages are commands, each a process of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runQuietly } from '../../scripts/setup/command.mjs';
import { folderOf, links, numbersOf, VARIED } from './chain.mjs';

const BURN = fileURLToPath(new URL('../rivals/burn.py', import.meta.url));
/** A line for each stage that ran, beside the files of the workspace. */
const RAN = 'ran.log';

/** Stages that ran in a folder since it was made. */
export const executionsIn = (folder) => readFileSync(join(folder, RAN), 'utf8').split('\n').length - 1;

/** Experiments of DVC's queue that failed in a folder; git keeps a line of each. */
export function failuresIn(folder) {
  try {
    return readFileSync(join(folder, '.git/logs/refs/exps/celery/failed'), 'utf8').trimEnd().split('\n').length;
  } catch {
    return 0;
  }
}

/**
 * What a stage does.
 * @param {string} log where it notes that it ran
 * @param {{ milliseconds: number, programs: string }} how processor time that it uses up, that of starting Python included
 */
function commandOf(log, { milliseconds, programs }) {
  const burn = milliseconds > 0 ? `${join(programs, 'python')} -SE ${BURN} ${milliseconds}; ` : '';
  return (from, add, to) => `echo ran >> ${log}; ${burn}(cat ${from}; echo ${add}) > ${to}`;
}

const log = (folder) => join(folder, RAN);
const environment = (cwd, programs) => ({
  ...process.env,
  PATH: `${programs}:${process.env.PATH}`,
  XDG_CACHE_HOME: join(cwd, '.cache'),
  DVC_NO_ANALYTICS: '1',
  ...Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'bench'],
      [`GIT_${who}_EMAIL`, 'bench@localhost'],
    ]),
  ),
});

/** All points as rules of one file. */
export function snakemake(points, how) {
  const prepare = () => {
    const text = (run) =>
      links.map(({ number, before }) => {
        const [from, to] = [named(before, '-{p}'), named(number, '-{p}')];
        const add = number === VARIED ? '{wildcards.p}' : number;
        return `rule copy_${number}:\n    input: "${from}"\n    output: "${to}"\n    shell: "${run('{input}', add, '{output}')}"\n`;
      });
    const all = `rule all:\n    input: expand("${named(links.length, '-{p}')}", p=[${numbersOf(points)}])\n`;
    return withLog((run) => ({ Snakefile: all + text(run).join('') }), how);
  };
  return side(prepare, [join(how.programs, 'snakemake'), '-j', '2', '--quiet', 'all'], how.programs);
}

/** All points as stages of one file, one after the other. */
export function dvcRepro(points, how) {
  const prepare = () => {
    const text = (run) =>
      links.map(({ number, before }) => {
        if (number < VARIED) return dvcStage('  ', `copy-${number}`, run, [named(before), number, named(number)]);
        const add = number === VARIED ? `\${item}` : number;
        const body = dvcStage('    ', 'do', run, [named(before, `-\${item}`), add, named(number, `-\${item}`)]);
        return `  copy-${number}:\n    foreach: [${numbersOf(points)}]\n${body}`;
      });
    const folder = withLog((run) => ({ 'dvc.yaml': `stages:\n${text(run).join('')}` }), how);
    initialized(folder, how.programs);
    return folder;
  };
  return side(prepare, [join(how.programs, 'dvc'), 'repro', '--quiet'], how.programs);
}

/** Each point as an experiment of a queue, with two workers. */
export function dvcQueue(points, how) {
  const prepare = () => {
    const text = (run) =>
      links.map(({ number, before }) => {
        const isVaried = number === VARIED;
        const stage = dvcStage('  ', `copy-${number}`, run, [
          named(before),
          isVaried ? `\${add}` : number,
          named(number),
        ]);
        return isVaried ? `${stage}    params: [add]\n` : stage;
      });
    const folder = withLog((run) => ({ 'dvc.yaml': `stages:\n${text(run).join('')}`, 'params.yaml': 'add: 0\n' }), how);
    initialized(folder, how.programs);
    return folder;
  };
  const script = fileURLToPath(new URL('../rivals/dvc-queue.sh', import.meta.url));
  return side(prepare, ['sh', script, `${numbersOf(points)}`, `${points}`], how.programs);
}

/** The file that a stage writes, with its point where points differ; the first stage reads `source.txt`. */
function named(number, point = '') {
  if (number === 0) return 'source.txt';
  return `copy-${number}${number < VARIED ? '' : point}.txt`;
}

function dvcStage(indent, name, run, [from, add, to]) {
  const inside = [`cmd: ${run(from, add, to)}`, `deps: ["${from}"]`, `outs: ["${to}"]`];
  return `${indent}${name}:\n${inside.map((line) => `${indent}  ${line}\n`).join('')}`;
}

/** A folder whose stages note in it that they ran. */
function withLog(files, how) {
  const folder = folderOf({ [RAN]: '', '.gitignore': `${RAN}\n.cache\n` });
  return folderOf(files(commandOf(log(folder), how)), folder);
}

function initialized(cwd, programs) {
  const env = environment(cwd, programs);
  for (const [program, ...args] of [
    ['git', 'init', '--quiet'],
    ['dvc', 'init', '--quiet'],
    ['git', 'add', '--all'],
    ['git', 'commit', '--quiet', '--message', 'bench'],
  ]) {
    runQuietly(program, args, { cwd, env });
  }
}

/** A command that finds a workspace as it was prepared last. */
function side(prepare, command, programs) {
  return {
    command,
    cwd: '',
    env: {},
    before() {
      this.cwd = prepare();
      this.env = environment(this.cwd, programs);
    },
  };
}
