import { basename, dirname, join } from 'node:path';
import {
  artifactFolder,
  InputError,
  isExperimentName,
  kindAt,
  type Problem,
  readRunRecord,
  writeBeside,
} from '@etude/engine';
import { type ComparedExperiment, compareExperiments, comparisonMarkdown, comparisonRows } from '@etude/report';
import { comparisonPage } from './comparison-page.js';
import { readExperimentFolder } from './experiment-folder.js';
import { formatColumns, printJson } from './print.js';
import { findWorkspace, pointsOf } from './workspace.js';

interface CompareOptions {
  readonly markdown?: boolean;
  readonly json?: boolean;
  /** where a page is to be written; true: where it is expected */
  readonly html?: string | true;
  readonly version: string;
}

export async function compareCommand(
  names: readonly string[],
  { markdown = false, json = false, html, version }: CompareOptions,
): Promise<void> {
  const workspace = findWorkspace();
  const compared = compareFolders(
    workspace,
    names.flatMap((name) => experimentsOf(workspace, name)),
  );
  if (html !== undefined) {
    const path = html === true ? join('artifacts', `${names.join('-and-').replaceAll('/', '-')}.html`) : html;
    const place = html === true ? join(workspace, path) : path;
    await writeBeside(dirname(place), basename(place), await comparisonPage(workspace, compared, version));
    console.log(path);
  } else if (json) printJson({ experiments: compared });
  else if (markdown) process.stdout.write(comparisonMarkdown(compared));
  else console.log(formatColumns(comparisonRows(compared), (column) => column > 0));
}

/** What a name stands for: of a sweep those of its points that have been run, where there are any. */
function experimentsOf(workspace: string, name: string): string[] {
  const config = ['yaml', 'yml']
    .map((ending) => join(workspace, 'experiments', `${name}.${ending}`))
    .find((file) => isExperimentName(name) && kindAt(file) === 'file');
  const points = config === undefined ? undefined : pointsOf({ config });
  const ran = (points ?? [])
    .map((point) => `${name}/${point.name}`)
    .filter((point) => readRunRecord(artifactFolder(workspace, point)) !== undefined);
  return ran.length > 0 ? ran : [name];
}

/** @throws {InputError} where an experiment has not been run, or its artifacts are not what the run left */
export function compareFolders(workspace: string, names: readonly string[]): ComparedExperiment[] {
  const problems: Problem[] = [];
  const read = names.flatMap((name) => readExperimentFolder(workspace, name, problems));
  if (problems.length > 0) throw new InputError(problems);
  return compareExperiments(read);
}
