import * as z from 'zod';
import { canonicalJson, fingerprintOf } from '../plan/fingerprint.js';
import { StageError } from '../problem.js';
import type { StageTask } from '../run/execute-stage.js';
import { stageRecordSchema } from '../run/run-record.js';
import { fileRecord, ingredientsOf, type TaskFile } from '../run/stage-inputs.js';
import { isFamily, paramsWithEffect, type Stage } from '../stage.js';

/** A task whose files are in the shared cache. */
export type RemoteTask = Omit<StageTask, 'files'> & {
  readonly files: Readonly<Record<string, readonly Omit<TaskFile, 'location'>[]>>;
  /** fingerprint by producer, for when one of its artifacts is lost */
  readonly producedBy: Readonly<Record<string, string>>;
  /** the kind of machine that has to run it; left out: any may */
  readonly kind?: string;
};

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const names = z.record(z.string(), z.string());
const schema: z.ZodType<RemoteTask> = z.object({
  present: stageRecordSchema,
  params: z.record(z.string(), z.unknown()),
  files: z.record(z.string(), z.array(z.object({ path: z.string(), name: z.string(), digest })).min(1)),
  producers: names,
  origin: z.object({ experiment: z.string(), config: z.string(), stage: z.string() }),
  fresh: z.boolean(),
  producedBy: names,
  kind: z.string().exactOptional(),
});

/** A task as other machines get it: of its files nothing that only this machine knows. */
export function remoteTask(
  { files, ...task }: Omit<RemoteTask, 'producedBy'>,
  producedBy: RemoteTask['producedBy'],
): RemoteTask {
  return { ...task, files: filesForOthers(files), producedBy };
}

/** Files without where they are and what is in them: what other machines are told. */
export function filesForOthers(files: RemoteTask['files']): Record<string, Omit<TaskFile, 'location'>[]> {
  return Object.fromEntries(
    Object.entries(files).map(([parameter, list]) => [
      parameter,
      list.map(({ path, name, digest: each }) => ({ path, name, digest: each })),
    ]),
  );
}

/** The same task has the same bytes. */
export function taskBytes(task: RemoteTask): Uint8Array {
  return Buffer.from(canonicalJson(task)!);
}

/** @throws {StageError} where they are no task */
export function parseTask(bytes: Uint8Array): RemoteTask {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    throw new StageError('what should be the task of a stage is none');
  }
}

/**
 * The fingerprint of a task, which anybody may have written: it has to follow from what would run.
 * @throws {StageError} where it does not
 */
export function checkedFingerprint({ present, params, files }: RemoteTask, stage: Stage): string {
  const wrong = new StageError(`the task of ${present.name} is not what it says`);
  const inputs = present.inputs ?? {};
  const fits =
    Object.keys(inputs).length === Object.keys(stage.inputs).length &&
    Object.entries(stage.inputs).every(([port, kind]) => inputs[port] && (isFamily(kind) || inputs[port].length === 1));
  // Whoever wrote the task was free to choose them.
  const areValid = Object.entries(params).every(([name, value]) => stage.params.shape[name]?.safeParse(value).success);
  if (!fits || !areValid) throw wrong;
  const counting = paramsWithEffect(stage, params);
  const record = {
    ...present,
    params: counting,
    files: Object.fromEntries(Object.entries(files).map(([parameter, list]) => [parameter, fileRecord(list)])),
  };
  const fingerprint = fingerprintOf(ingredientsOf(stage, record, counting));
  if (fingerprint !== present.fingerprint) throw wrong;
  return fingerprint;
}
