import type { CachedStage, Origin } from '../cache/cache-layout.js';
import type { Artifact, StageCache } from '../cache/stage-cache.js';
import { fingerprintOf } from '../plan/fingerprint.js';
import type { PlannedStage } from '../plan/plan.js';
import { type Checkpoint, type Progress, paramsWithEffect, type Stage } from '../stage.js';
import type { StageRecord } from './run-record.js';
import { ingredientsOf, inputValues, type TaskFile, type WorkspaceFiles } from './stage-inputs.js';
import { contentsOf } from './stage-outputs.js';

/** All that one execution of a stage depends on, as plain data: it may run in another process. */
export interface StageTask {
  /** its name in the pipeline, version, digests of what comes in, and fingerprint */
  readonly present: StageRecord;
  /** every parameter, also those without effect on what comes out */
  readonly params: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, readonly TaskFile[]>>;
  /** by input port, the name of the stage that wrote what comes in */
  readonly producers: Readonly<Record<string, string>>;
  /** who runs it, for the cache's user */
  readonly origin: Origin;
  /** from its beginning, although there may be a checkpoint */
  readonly fresh: boolean;
}

/** The part of a task that follows from a plan. */
export function taskOf(
  { params, producers }: PlannedStage,
  present: StageRecord,
  files: WorkspaceFiles,
): Omit<StageTask, 'origin' | 'fresh'> {
  const known = Object.entries(files).map(([parameter, list]) => [
    parameter,
    list.map(({ bytes: _, ...file }) => file),
  ]);
  return { present, params, producers, files: Object.fromEntries(known) };
}

export interface TaskHooks {
  readonly signal: AbortSignal;
  /** it runs from now on, and waits for nothing */
  start(): void;
  progress(progress: Progress): void;
  say(line: string): void;
  warn(message: string): void;
  /** a checkpoint was kept */
  kept?(): void;
}

/** Runs stages elsewhere than in this process; what one wrote is in the cache of the workspace afterwards. */
export interface Executor {
  /** @throws {MissingArtifact} where an input is not in the cache, or damaged */
  execute(task: StageTask, hooks: TaskHooks): Promise<CachedStage>;
}

/** An input of a stage that is no longer in the cache, or damaged. */
export class MissingArtifact extends Error {
  override name = 'MissingArtifact';
  readonly producer: string;
  readonly artifact: Artifact;

  constructor(producer: string, artifact: Artifact) {
    super(`${producer}/${artifact.path} is not in the cache`);
    this.producer = producer;
    this.artifact = artifact;
  }
}

interface Means {
  readonly stage: Stage;
  readonly cache: StageCache;
  readonly files: WorkspaceFiles;
}

/**
 * Runs a stage in this process and keeps what it wrote.
 * @throws {MissingArtifact} where an input is not in the cache, or damaged
 */
export async function executeStage(task: StageTask, means: Means, hooks: TaskHooks): Promise<CachedStage> {
  const { stage, cache, files } = means;
  const { signal, progress, say } = hooks;
  const { present, params, producers, origin } = task;
  const startedAt = Date.now();
  const said: string[] = [];
  const read: Record<string, { path: string; bytes: Uint8Array }[]> = {};
  for (const [input, artifacts] of Object.entries(present.inputs!)) {
    const producer = producers[input]!;
    read[input] = await Promise.all(
      artifacts.map(async (artifact) => {
        const bytes = await cache.artifact(artifact);
        if (bytes === undefined) throw new MissingArtifact(producer, artifact);
        return { path: `${producer}/${artifact.path}`, bytes };
      }),
    );
  }
  const outputs = await stage.run({
    ...{ params, inputs: inputValues(stage.inputs, read), files, signal, progress },
    checkpoint: checkpointOf(task, means, hooks),
    memo: memoOf(task, stage, cache),
    say(line: string) {
      said.push(line);
      say(line);
    },
  });
  const seconds = Math.round(Date.now() - startedAt) / 1000;
  return cache.keep(present.fingerprint!, contentsOf(stage, present.name, outputs), { seconds, said, origin });
}

/** Checkpoints are found again by all that the outputs depend on but for the parameters that a stage excepts. */
export function checkpointKeyOf({ present, params }: StageTask, stage: Stage): string {
  const counting = paramsWithEffect(stage, stage.checkpointParams?.(params) ?? params);
  return fingerprintOf(ingredientsOf(stage, present, counting));
}

function checkpointOf(task: StageTask, { stage, cache }: Means, { kept }: TaskHooks): Checkpoint {
  const key = checkpointKeyOf(task, stage);
  return {
    load: async () => (task.fresh ? undefined : cache.checkpoint(key)),
    async save(bytes) {
      await cache.keepCheckpoint(key, bytes, task.origin);
      kept?.();
    },
  };
}

function memoOf({ present, params, origin }: StageTask, stage: Stage, cache: StageCache): Checkpoint {
  const key = fingerprintOf({
    stage: stage.name,
    version: present.version,
    params: paramsWithEffect(stage, params),
    inputs: {},
  });
  return {
    load: () => cache.checkpoint(key),
    save: (bytes) => cache.keepCheckpoint(key, bytes, origin),
  };
}
