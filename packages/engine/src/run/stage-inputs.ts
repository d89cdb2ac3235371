import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Artifact } from '../cache/stage-cache.js';
import { dataSetOf, type PlannedFile } from '../files/workspace-files.js';
import { canonicalJson, digestOf, fingerprintOf, type Ingredients } from '../plan/fingerprint.js';
import type { PlannedStage } from '../plan/plan.js';
import { StageError } from '../problem.js';
import { type AnyFormat, isFamily, type Ports, paramsWithEffect, type Stage, type WorkspaceFile } from '../stage.js';
import type { FileRecord, StageRecord } from './run-record.js';
import type { Outputs } from './stage-outputs.js';

/** The files that a stage's parameters name, by parameter. */
export type WorkspaceFiles = Readonly<Record<string, readonly WorkspaceFile[]>>;

/** A file of a task: what a stage sees of it, but for the bytes. */
export type TaskFile = Omit<WorkspaceFile, 'bytes'>;

/** Files that are read at a time. */
const AT_A_TIME = 32;

/**
 * The files that a stage's parameters name. What was digested is what the stage gets, or it is an error.
 * @throws {StageError} where a file of a data set is damaged
 * @example
 * const { source } = await readFiles(findStage(plan, 'extract-track'));
 * source[0].digest; // '3368be17…'
 */
export async function readFiles({ files }: PlannedStage): Promise<WorkspaceFiles> {
  const found: Record<string, WorkspaceFile[]> = {};
  for (const [parameter, list] of Object.entries(files)) {
    // Of many files together the bytes may be more than the memory holds.
    const keep = list.length === 1;
    const read = async (file: PlannedFile): Promise<WorkspaceFile> => {
      const bytes = await readFile(file.location);
      const digest = digestOf(bytes);
      if (file.digest !== undefined && file.digest !== digest) {
        const name = dataSetOf(file.path)!.split(':')[1];
        throw new StageError(`${file.path} is damaged (${file.location}); etude data get ${name} replaces it`);
      }
      return { ...file, digest, bytes: keep ? () => bytes : () => readAgain({ ...file, digest }) };
    };
    found[parameter] = [];
    for (let from = 0; from < list.length; from += AT_A_TIME) {
      found[parameter].push(...(await Promise.all(list.slice(from, from + AT_A_TIME).map(read))));
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
  for (const [port, producer] of Object.entries(producers)) {
    const found = outputs.get(producer)?.[inputs[port]!];
    if (found === undefined) return present;
    artifacts[port] = found;
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
  for (const [port, artifacts] of Object.entries(inputs ?? {})) {
    const all = artifacts.map(({ digest }) => digest);
    digests[port] = isFamily(stage.inputs[port]!) ? all : all[0]!;
  }
  return { stage: stage.name, version, params, inputs: digests };
}

/**
 * The files of a task, each read when its stage asks for it.
 * @example
 * filesOf(task).source[0].bytes(); // throws StageError where the file has changed since the run began
 */
export function filesOf(files: Readonly<Record<string, readonly TaskFile[]>>): WorkspaceFiles {
  return Object.fromEntries(
    Object.entries(files).map(([parameter, list]) => [
      parameter,
      list.map((file) => ({ ...file, bytes: () => readAgain(file) })),
    ]),
  );
}

function readAgain({ location, path, digest }: TaskFile): Uint8Array {
  const bytes = readFileSync(location);
  if (digestOf(bytes) !== digest) throw new StageError(`${path} has changed since the run began`);
  return bytes;
}

/** One file is known by its bytes alone; of several the names count as well. */
export function fileRecord(files: readonly Pick<WorkspaceFile, 'path' | 'name' | 'digest'>[]): FileRecord {
  const [first] = files;
  if (files.length === 1) return { path: first!.path, digest: first!.digest };
  const digests = Object.fromEntries(files.map(({ name, digest }) => [name, digest]));
  // A data set has a name, and files of the workspace a folder.
  const path = dataSetOf(first!.path) ?? first!.path.slice(0, -first!.name.length).replace(/\/$/, '');
  return { path: path || '.', digest: digestOf(canonicalJson(digests)!), files: digests };
}

/** An artifact as it was read. */
interface ReadArtifact {
  /** with its stage's folder, for messages */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * What a stage gets from its inputs. Each is parsed when the stage asks for it, and once.
 * @throws {StageError} on that, where the artifact is of another kind: its digest says that it is what was written, not who wrote it
 * @example
 * const artifacts = { text: [{ path: 'read/text.txt', bytes: Buffer.from('abc') }] };
 * inputValues({ text: textFormat }, artifacts); // { text: 'abc' }
 */
export function inputValues(ports: Ports, artifacts: Readonly<Record<string, readonly ReadArtifact[]>>) {
  const values = {};
  for (const [name, port] of Object.entries(ports)) {
    let value: { parsed: unknown } | undefined;
    Object.defineProperty(values, name, {
      enumerable: true,
      get() {
        const parse = ({ path, bytes }: ReadArtifact) => parsed(isFamily(port) ? port.each : port, path, bytes);
        const all = artifacts[name]!;
        value ??= { parsed: isFamily(port) ? all.map(parse) : parse(all[0]!) };
        return value.parsed;
      },
    });
  }
  return values;
}

function parsed(format: AnyFormat, path: string, bytes: Uint8Array): unknown {
  const refused = (error: unknown) =>
    new StageError(
      `${path} is not what a stage of Etude writes: ${firstLine(error as Error)}; run its stage again with --stage`,
    );
  if ('parseEach' in format) {
    return {
      *[Symbol.iterator]() {
        try {
          yield* format.parseEach(bytes);
        } catch (error) {
          throw refused(error);
        }
      },
    };
  }
  try {
    return format.parse(bytes);
  } catch (error) {
    throw refused(error);
  }
}

function firstLine(error: Error): string {
  if (!(error instanceof z.ZodError)) return error.message.split('\n')[0]!;
  const [{ path, message }] = error.issues as [z.core.$ZodIssue];
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
