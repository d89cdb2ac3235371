import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@etude/engine';
import { parse } from 'yaml';
import * as z from 'zod';

const ADDRESS = /^[\w.-]+:\d{1,5}$/;
const place = z.strictObject({
  temporal: z.string().regex(ADDRESS, 'expected host:port, such as 127.0.0.1:7233'),
  namespace: z.string().min(1).default('default'),
  store: z.string().min(1),
});

/** Where workers are asked for, and where they share what they write. */
export type ClusterSettings = z.output<typeof place>;

const VARIABLE = 'ETUDE_CLUSTER';

/** @throws {InputError} where none is named */
export function clusterOf(workspace: string): ClusterSettings {
  const settings = clusterSettings(workspace, process.env);
  if (settings) return settings;
  const message =
    'expected the file of a cluster in ETUDE_CLUSTER, or `cluster:` in etude.yaml; `etude cluster up` starts one to try it out';
  throw new InputError([{ place: 'cluster', message }]);
}

/**
 * The cluster that the file says which the environment names, or else `cluster:` in `etude.yaml` of the workspace.
 * @returns undefined where neither names one
 * @throws {InputError}
 */
function clusterSettings(workspace: string, environment: NodeJS.ProcessEnv): ClusterSettings | undefined {
  const { [VARIABLE]: named } = environment;
  if (named) {
    const value = valueIn(named);
    if (value === undefined) throw new InputError([{ place: VARIABLE, message: `there is no file ${named}` }]);
    return checked(value, named);
  }
  const { cluster } = (valueIn(join(workspace, 'etude.yaml')) ?? {}) as { cluster?: unknown };
  return cluster === undefined ? undefined : checked(cluster, 'etude.yaml: cluster');
}

/** What a file of YAML says; undefined where there is none. */
function valueIn(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return parse(text) ?? {};
  } catch (error) {
    throw new InputError([{ place: file, message: (error as Error).message }]);
  }
}

function checked(value: unknown, file: string): ClusterSettings {
  const { data, error } = place.safeParse(value);
  if (data) return data;
  throw new InputError(error.issues.map(({ path, message }) => ({ place: [file, ...path].join(': '), message })));
}
