import { isAbsolute, join, resolve } from 'node:path';
import { InputError, type Problem, readCheckedYaml } from '@etude/engine';
import * as z from 'zod';

/** Where the objects of a store are. What it takes to be let in is not for files, nor for logs. */
const storeLocation = z.string().superRefine((text, { addIssue }) => {
  const message = problemOf(text);
  if (message !== undefined) addIssue({ code: 'custom', message });
});

function problemOf(text: string): string | undefined {
  if (!text.startsWith('s3://')) {
    return isAbsolute(text) ? undefined : 'expected s3://bucket/prefix or the absolute path of a folder';
  }
  if (!URL.canParse(text)) return 'expected s3://bucket/prefix';
  const { username, password, searchParams } = new URL(text);
  const hidden = [username, password].some(Boolean) || /@/.test(searchParams.get('endpoint') ?? '');
  return hidden ? 'the URL has credentials in it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead' : undefined;
}

const cluster = z.strictObject({
  temporal: z.string().regex(/^[\w.-]+:\d{1,5}$/, 'expected host:port, such as 127.0.0.1:7233'),
  namespace: z.string().min(1).default('default'),
  store: storeLocation,
});
const cache = z.strictObject({ store: storeLocation, write: z.boolean().default(false) });

/** Where workers are asked for, and where they share what they write. */
export type ClusterSettings = z.output<typeof cluster>;

/** The second level of the stage cache. */
export interface StoreSettings {
  /** `s3://bucket/prefix`, or the absolute path of a folder */
  readonly store: string;
  /** whether what is run here is shared */
  readonly write: boolean;
  /** a problem with the store, at the place where it is named */
  readonly problem: (message: string) => Problem;
}

const FILE = 'etude.yaml';
const schema = z.strictObject({ cache: cache.optional(), cluster: cluster.optional() });

function fileOf(workspace: string) {
  return readCheckedYaml(join(workspace, FILE), workspace, schema);
}

/**
 * The store that `ETUDE_STORE` names, which is only read then, or else `cache:` in `etude.yaml` of the workspace.
 * @returns undefined where neither names one
 * @throws {InputError} with file, line and column of what is wrong
 * @example
 * storeSettings('/music', { ETUDE_STORE: '/mnt/etude' }); // { store: '/mnt/etude', write: false, … }
 */
export function storeSettings(workspace: string, environment: NodeJS.ProcessEnv): StoreSettings | undefined {
  const { ETUDE_STORE: named } = environment;
  if (named) {
    const problem = (message: string): Problem => ({ place: 'ETUDE_STORE', message });
    return { store: checked(storeLocation, named, problem), write: false, problem };
  }
  const file = fileOf(workspace);
  const { cache: found } = file?.value ?? {};
  return file && found && { ...found, problem: (message) => file.problem(['cache', 'store'], message) };
}

/**
 * The cluster of the file that `ETUDE_CLUSTER` names, as `etude cluster up` writes one, or else `cluster:` in `etude.yaml` of the workspace.
 * @returns undefined where neither names one
 * @throws {InputError}
 * @example
 * clusterSettings('/music', { ETUDE_CLUSTER: '/music/.etude/cluster/cluster.yaml' })?.temporal; // '127.0.0.1:7233'
 */
export function clusterSettings(workspace: string, environment: NodeJS.ProcessEnv): ClusterSettings | undefined {
  const { ETUDE_CLUSTER: named } = environment;
  if (!named) return fileOf(workspace)?.value.cluster;
  const file = readCheckedYaml(resolve(named), workspace, cluster);
  if (file === undefined) throw new InputError([{ place: 'ETUDE_CLUSTER', message: `there is no file ${named}` }]);
  return file.value;
}

function checked<Schema extends z.ZodType>(
  of: Schema,
  value: unknown,
  problem: (message: string) => Problem,
): z.output<Schema> {
  const { data, error } = of.safeParse(value);
  if (error === undefined) return data;
  throw new InputError(
    error.issues.map(({ path, message }) => problem(`${path.join('.')}${path.length > 0 ? ': ' : ''}${message}`)),
  );
}
