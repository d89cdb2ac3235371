import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Artifact } from '../cache/stage-cache.js';
import { isPlainFile, isPlainName, mustBeInside } from '../files/workspace-path.js';
import { isExperimentName } from '../plan/experiment-file.js';
import { isStageName } from '../plan/pipeline-file.js';
import { InputError } from '../problem.js';
import { writeBeside } from './artifact-folder.js';

export type StageStatus = 'hit' | 'ran' | 'would-run' | 'failed' | 'skipped';

/** What a run did with one stage. */
export interface StageRecord {
  readonly name: string;
  readonly status: StageStatus;
  /** whether it failed because its user stopped the run */
  readonly interrupted?: boolean;
  /** why it ran, or what changed although it was in the cache */
  readonly reasons: readonly string[];
  /** how long it took this time */
  readonly seconds: number;
  readonly outputs: readonly Artifact[];
  /** where it has no outputs: what runs before this one left in its folder, or this one before it was stopped */
  readonly left?: readonly Artifact[];
  readonly stage: string;
  readonly version: number;
  /** those that its outputs depend on */
  readonly params: Readonly<Record<string, unknown>>;
  /** what parameters name */
  readonly files: Readonly<Record<string, FileRecord>>;
  /** artifacts that came in, by port; absent where the stage before did not come to them */
  readonly inputs?: Readonly<Record<string, readonly Artifact[]>>;
  readonly fingerprint?: string;
  /** how long the stage took when its outputs were made */
  readonly madeInSeconds?: number;
  /** what the stage told its user then, such as what it measured */
  readonly said?: readonly string[];
  /** what kind of machine made them, where it was another one */
  readonly madeOn?: string;
}

/** A file that a parameter names; or several, with the digest of all of them. */
export interface FileRecord {
  /** workspace-relative; of several the folder that they are in */
  readonly path: string;
  readonly digest: string;
  /** of several: digest by name */
  readonly files?: Readonly<Record<string, string>>;
}

/** `run.json` of an artifact folder. */
export interface RunRecord {
  readonly experiment: string;
  readonly config: string;
  readonly pipeline: string;
  /** `unfinished` until the last stage is done, so also after a kill */
  readonly status: 'done' | 'failed' | 'unfinished';
  /** ISO 8601 */
  readonly startedAt: string;
  readonly seconds: number;
  /** versions of what ran: Node, operating system, … */
  readonly versions: Readonly<Record<string, string>>;
  readonly stages: readonly StageRecord[];
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const artifact = z.object({ path: z.string().refine(isPlainName), digest, bytes: z.number() });
export const stageRecordSchema: z.ZodType<StageRecord> = z.object({
  name: z.string().refine(isStageName),
  status: z.enum(['hit', 'ran', 'would-run', 'failed', 'skipped']),
  interrupted: z.boolean().exactOptional(),
  reasons: z.array(z.string()),
  seconds: z.number(),
  outputs: z.array(artifact),
  left: z.array(artifact).exactOptional(),
  stage: z.string(),
  version: z.number(),
  params: z.record(z.string(), z.unknown()),
  files: z.record(
    z.string(),
    z.object({ path: z.string(), digest, files: z.record(z.string(), digest).exactOptional() }),
  ),
  inputs: z.record(z.string(), z.array(artifact)).exactOptional(),
  fingerprint: digest.exactOptional(),
  madeInSeconds: z.number().exactOptional(),
  said: z.array(z.string()).exactOptional(),
  madeOn: z.string().exactOptional(),
});
/** What `run.json` has to be for anything in it to count: what a run deletes and a comparison reads follows from it. */
const schema: z.ZodType<RunRecord> = z.object({
  experiment: z.string(),
  config: z.string(),
  pipeline: z.string(),
  status: z.enum(['done', 'failed', 'unfinished']),
  startedAt: z.string(),
  seconds: z.number(),
  versions: z.record(z.string(), z.string()),
  stages: z.array(stageRecordSchema),
});

const FILE = 'run.json';

/**
 * Where an experiment's artifacts are.
 * @throws {InputError} where that is not a folder of the workspace
 * @example
 * artifactFolder('/music', 'quick'); // '/music/artifacts/quick'
 */
export function artifactFolder(workspace: string, experiment: string): string {
  const place = `artifacts/${experiment}`;
  if (!isExperimentName(experiment)) throw new InputError([{ place, message: 'expected the name of an experiment' }]);
  const folder = join(workspace, 'artifacts', experiment);
  mustBeInside(folder, workspace);
  return folder;
}

/**
 * The records of all experiments of a workspace that were run, points of sweeps too.
 * @example
 * runRecords(workspace).map(({ experiment }) => experiment); // ['quick', 'sizes/units-64']
 */
export function runRecords(workspace: string): RunRecord[] {
  const artifacts = join(workspace, 'artifacts');
  const folders = foldersIn(artifacts);
  return [...folders, ...folders.flatMap(foldersIn)].flatMap((folder) => readRunRecord(folder) ?? []);
}

function foldersIn(folder: string): string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

/**
 * The record of a folder's last run; undefined where there is none, or none that is whole and valid.
 * @example
 * readRunRecord(artifactFolder(workspace, 'quick'))?.status; // 'done'
 */
export function readRunRecord(folder: string): RunRecord | undefined {
  const path = join(folder, FILE);
  try {
    return isPlainFile(path) ? schema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
  } catch {
    return undefined;
  }
}

export async function writeRunRecord(folder: string, record: RunRecord): Promise<void> {
  await writeBeside(folder, FILE, `${JSON.stringify(record, undefined, 2)}\n`);
}
