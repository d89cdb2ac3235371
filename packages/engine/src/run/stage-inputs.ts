import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Artifact } from '../cache/stage-cache.js';
import type { PlannedFile } from '../files/workspace-files.js';
import { canonicalJson, digestOf, fingerprintOf, type Ingredients } from '../plan/fingerprint.js';
import type { PlannedStage } from '../plan/plan.js';
import { StageError } from '../problem.js';
import { type InputFile, paramsWithEffect, type Stage, type WorkspaceFile } from '../stage.js';
import type { FileRecord, StageRecord } from './run-record.js';
import type { Outputs } from './stage-outputs.js';

/** The files that a stage's parameters name, by parameter. */
export type WorkspaceFiles = Readonly<Record<string, readonly WorkspaceFile[]>>;

/** The files that a stage's parameters name. What was digested is what the stage gets, or it is an error. */
export async function readFiles({ files }: PlannedStage): Promise<WorkspaceFiles> {
  const found: Record<string, WorkspaceFile[]> = {};
  for (const [parameter, list] of Object.entries(files)) {
    found[parameter] = [];
    for (const file of list) {
      const bytes = await readFile(file.location);
      const digest = digestOf(bytes);
      // Of many files together the bytes may be more than the memory holds.
      found[parameter].push({
        ...file,
        digest,
        bytes: list.length === 1 ? () => bytes : () => readAgain(file, digest),
      });
    }
  }
  return found;
}

/** The side of a stage's record that is known before it runs. */
export function presentOf(
  { name, stage, params, producers, inputs }: PlannedStage,
  files: WorkspaceFiles,
  outputs: ReadonlyMap<string, Outputs>,
): StageRecord {
  const fileDigests = Object.fromEntries(
    Object.entries(files).map(([parameter, list]) => [parameter, fileRecord(list)]),
  );
  const present = {
    ...{ name, status: 'skipped' as const, reasons: [], seconds: 0, outputs: [] },
    ...{ stage: stage.name, version: stage.version, params: paramsWithEffect(stage, params), files: fileDigests },
  };
  const artifacts: Record<string, readonly Artifact[]> = {};
  for (const [door, producer] of Object.entries(producers)) {
    const found = outputs.get(producer)?.[inputs[door]!];
    if (found === undefined) return present;
    artifacts[door] = found;
  }
  const record = { ...present, inputs: artifacts };
  return { ...record, fingerprint: fingerprintOf(ingredientsOf(stage, record, record.params)) };
}

/** What a stage's outputs depend on, with the digests of what it reads. */
export function ingredientsOf(
  stage: Stage,
  { files, inputs, version }: StageRecord,
  params: Ingredients['params'],
): Ingredients {
  const digests: Record<string, string | string[]> = {};
  for (const [parameter, { digest }] of Object.entries(files)) digests[parameter] = digest;
  for (const [door, artifacts] of Object.entries(inputs ?? {})) {
    const all = artifacts.map(({ digest }) => digest);
    digests[door] = stage.inputs[door] === 'files' ? all : all[0]!;
  }
  return { stage: stage.name, version, params, inputs: digests };
}

function readAgain({ location, path }: PlannedFile, digest: string): Uint8Array {
  const bytes = readFileSync(location);
  if (digestOf(bytes) !== digest) throw new StageError(`${path} has changed since the run began`);
  return bytes;
}

/** One file is known by its bytes alone; of several the names count as well. */
function fileRecord(files: readonly WorkspaceFile[]): FileRecord {
  const [first] = files;
  if (files.length === 1) return { path: first!.path, digest: first!.digest };
  const digests = Object.fromEntries(files.map(({ name, digest }) => [name, digest]));
  const path = first!.path.slice(0, -first!.name.length).replace(/\/$/, '');
  return { path: path || '.', digest: digestOf(canonicalJson(digests)!), files: digests };
}

export function inputFile(path: string, bytes: Uint8Array): InputFile {
  return { path, bytes, text: () => new TextDecoder().decode(bytes) };
}
