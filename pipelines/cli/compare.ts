import { basename, dirname, join } from 'node:path';
import { InputError, type Problem, writeBeside } from '@etude/engine';
import { type ComparedExperiment, compareExperiments, comparisonMarkdown, comparisonRows } from '@etude/report';
import { tellBest } from './best-point.js';
import { measureNamed, printRanking, rankSweep } from './compare-sweep.js';
import { comparisonPage, sweepPage } from './comparison-page.js';
import { readExperimentFolder } from './experiment-folder.js';
import { type FoundSweep, findSweep } from './found-sweep.js';
import { formatColumns, printJson } from './print.js';
import { findWorkspace } from './workspace.js';

interface CompareOptions {
  readonly markdown?: boolean;
  readonly json?: boolean;
  /** where a page is to be written; true: where it is expected */
  readonly html?: string | true;
  /** the measure by which the points of a sweep are ranked */
  readonly sort?: string;
  /** the measure by which the best of them is told */
  readonly best?: string;
  /** the file in `experiments/` to which the best is written */
  readonly save?: string;
  readonly version: string;
}

/** Compares artifact folders side by side, or ranks the points of a sweep. */
export async function compareCommand(names: readonly string[], options: CompareOptions): Promise<void> {
  const workspace = findWorkspace();
  const sweeps = names.map((name) => findSweep(workspace, name));
  const [only] = sweeps;
  if (names.length === 1 && only !== undefined) return compareSweep(workspace, only, options);
  for (const option of ['sort', 'best', 'save'] as const) {
    if (options[option] === undefined) continue;
    const message = `expected one experiment with a sweep, found ${names.join(', ')}`;
    throw new InputError([{ place: `--${option} ${options[option]}`, message }]);
  }
  const { markdown = false, json = false, html, version } = options;
  const compared = compareFolders(
    workspace,
    names.flatMap((name, index) => foldersOf(name, sweeps[index])),
  );
  if (html !== undefined) {
    await writePage(workspace, names, html, await comparisonPage(workspace, compared, version));
  } else if (json) printJson({ experiments: compared });
  else if (markdown) process.stdout.write(comparisonMarkdown(compared));
  else console.log(formatColumns(comparisonRows(compared), (column) => column > 0));
}

async function compareSweep(workspace: string, sweep: FoundSweep, options: CompareOptions): Promise<void> {
  const { markdown = false, json = false, sort = 'validation', html, best, save, version } = options;
  if (best !== undefined) {
    await tellBest(workspace, rankSweep(workspace, sweep, measureNamed(best, '--best')), { json, save });
    return;
  }
  if (save !== undefined) {
    throw new InputError([{ place: `--save ${save}`, message: 'expected --best with it, which says what is saved' }]);
  }
  const ranking = rankSweep(workspace, sweep, measureNamed(sort, '--sort'));
  if (html === undefined) return printRanking(ranking, { markdown, json });
  const shown = { name: sweep.name, by: ranking.by.name, points: ranking.ranked };
  await writePage(workspace, [sweep.name], html, await sweepPage(workspace, shown, version));
}

/** What a name among others stands for: of a sweep those of its points that are done, where there are any. */
function foldersOf(name: string, sweep: FoundSweep | undefined): string[] {
  return sweep?.done.length ? sweep.done.map((point) => `${name}/${point.name}`) : [name];
}

async function writePage(workspace: string, names: readonly string[], html: string | true, page: string) {
  const path = html === true ? join('artifacts', `${names.join('-and-').replaceAll('/', '-')}.html`) : html;
  const place = html === true ? join(workspace, path) : path;
  await writeBeside(dirname(place), basename(place), page);
  console.log(path);
}

/** @throws {InputError} where an experiment has not been run, or its artifacts are not what the run left */
export function compareFolders(workspace: string, names: readonly string[]): ComparedExperiment[] {
  const problems: Problem[] = [];
  const read = names.flatMap((name) => readExperimentFolder(workspace, name, problems));
  if (problems.length > 0) throw new InputError(problems);
  return compareExperiments(read);
}
