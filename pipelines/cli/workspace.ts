import { copyFileSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { DataSet } from '@etude/corpus';
import { makePlan, type Plan, readSweep, type Sweep, type SweepPoint } from '@etude/engine';
import { fetchDataSet } from '../datasets/kept.js';
import { above, SHIPPED } from '../shipped.js';
import { stages } from '../stages/index.js';
import { dataSetFinder, sayOnStandardError } from './data.js';

/** The workspace around a folder: the nearest one up that Etude has worked in before or that holds pipelines, else the folder itself. */
export function findWorkspace(from = process.cwd()): string {
  return above(resolve(from), ['.etude', join('pipelines', 'song.yaml')]) ?? resolve(from);
}

/** Puts into a workspace what editors need to help with its experiments, and the line that names it. */
export function schemaLine(workspace: string): string {
  let schema = '../schemas/experiment.schema.json';
  if (workspace !== SHIPPED) {
    const kept = join('.etude', 'experiment.schema.json');
    mkdirSync(join(workspace, '.etude'), { recursive: true });
    copyFileSync(join(SHIPPED, 'schemas', 'experiment.schema.json'), join(workspace, kept));
    schema = `../${kept}`;
  }
  return `# yaml-language-server: $schema=${schema}\n`;
}

/** A path as its user means it: from where they stand, or else from the workspace, of which both may be named through links. */
function resolveConfig(config: string, workspace: string): string {
  const here = resolve(config);
  if (!existsSync(here)) return resolve(workspace, config);
  const way = relative(realpathSync(workspace), realpathSync(dirname(here)));
  return way.startsWith('..') || isAbsolute(way) ? here : join(workspace, way, basename(here));
}

export interface Request {
  readonly config: string;
  readonly set?: readonly string[];
  /** of an experiment with a sweep */
  readonly point?: SweepPoint;
}

/**
 * The sweep of an experiment; undefined where it has none.
 * @throws {InputError}
 */
export function sweepOf({ config, set }: Request): Sweep | undefined {
  const workspace = findWorkspace();
  return readSweep({
    ...{ workspace, config: resolveConfig(config, workspace), set: set ?? [] },
    shipped: workspace === SHIPPED ? undefined : SHIPPED,
  });
}

/**
 * @param absent is told of a data set that is named and not on this machine; without, that is a problem
 * @throws {InputError}
 */
export function planFor({ config, set, point }: Request, absent?: (set: DataSet) => void): Plan {
  const workspace = findWorkspace();
  return makePlan({
    ...{ workspace, config: resolveConfig(config, workspace), set: set ?? [], point, stages },
    shipped: workspace === SHIPPED ? undefined : SHIPPED,
    dataSet: dataSetFinder(absent),
  });
}

/**
 * As {@link planFor}; once nothing is wrong with the experiment, data sets that it names and that are not on this machine are fetched.
 * @throws {InputError}
 * @throws {StageError} where a data set cannot be fetched
 */
export async function planWithData(request: Request, signal: AbortSignal): Promise<Plan> {
  const absent = new Set<DataSet>();
  const plan = planFor(request, (set) => absent.add(set));
  if (absent.size === 0) return plan;
  for (const set of absent) await fetchDataSet(set, process.env, sayOnStandardError, signal);
  return planFor(request);
}
