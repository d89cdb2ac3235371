import { basename, dirname, join } from 'node:path';
import { InputError, type Problem, writeBeside } from '@etude/engine';
import { type ComparedExperiment, compareExperiments, comparisonMarkdown, comparisonRows } from '@etude/report';
import { comparisonPage } from './comparison-page.js';
import { readExperimentFolder } from './experiment-folder.js';
import { formatColumns, printJson } from './print.js';
import { findWorkspace } from './workspace.js';

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
  const compared = compareFolders(workspace, names);
  if (html !== undefined) {
    const path = html === true ? join('artifacts', `${names.join('-and-').replaceAll('/', '-')}.html`) : html;
    const place = html === true ? join(workspace, path) : path;
    await writeBeside(dirname(place), basename(place), await comparisonPage(workspace, compared, version));
    console.log(path);
  } else if (json) printJson({ experiments: compared });
  else if (markdown) process.stdout.write(comparisonMarkdown(compared));
  else console.log(formatColumns(comparisonRows(compared), (column) => column > 0));
}

/** @throws {InputError} where an experiment has not been run, or its artifacts are not what the run left */
export function compareFolders(workspace: string, names: readonly string[]): ComparedExperiment[] {
  const problems: Problem[] = [];
  const read = names.flatMap((name) => readExperimentFolder(workspace, name, problems));
  if (problems.length > 0) throw new InputError(problems);
  return compareExperiments(read);
}
