import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, type Problem } from '@etude/engine';
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

/** What the variable holds: `127.0.0.1:7233,s3://bucket/prefix`. */
const VARIABLE = 'ETUDE_CLUSTER';

/** @throws {InputError} where none is named */
export function clusterOf(workspace: string): ClusterSettings {
  const settings = clusterSettings(workspace, process.env);
  if (settings) return settings;
  const message =
    'expected a cluster in ETUDE_CLUSTER (127.0.0.1:7233,s3://bucket) or in etude.yaml; etude cluster up starts one to try it out';
  throw new InputError([{ place: 'cluster', message }]);
}

/**
 * The cluster that the environment names, or else `cluster:` in `etude.yaml` of the workspace.
 * @returns undefined where neither names one
 * @throws {InputError}
 */
function clusterSettings(workspace: string, environment: NodeJS.ProcessEnv): ClusterSettings | undefined {
  const { [VARIABLE]: named } = environment;
  if (named) {
    const [temporal, ...store] = named.split(',');
    return checked({ temporal, store: store.join(',') }, (message) => ({ place: VARIABLE, message }));
  }
  const file = join(workspace, 'etude.yaml');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const { cluster } = (parse(text) ?? {}) as { cluster?: unknown };
  if (cluster === undefined) return undefined;
  return checked(cluster, (message) => ({ place: 'etude.yaml', message: `cluster: ${message}` }));
}

function checked(value: unknown, problem: (message: string) => Problem): ClusterSettings {
  const { data, error } = place.safeParse(value);
  if (data) return data;
  throw new InputError(
    error.issues.map(({ path, message }) => problem(`${path.join('.')}${path.length > 0 ? ': ' : ''}${message}`)),
  );
}
