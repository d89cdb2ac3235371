import { join } from 'node:path';
import type { CachedStage, Origin } from '../cache/cache-layout.js';
import { type Artifact, StageCache } from '../cache/stage-cache.js';
import { withFileLock } from '../files/file-lock.js';
import { removeStrays } from '../files/whole-file.js';
import { canBeWritten, mustBeInside, ownFoldersMustBeInside } from '../files/workspace-path.js';
import { fingerprintOf } from '../plan/fingerprint.js';
import { findStage, type Plan, type PlannedStage } from '../plan/plan.js';
import { REPAIRED, reasonsToRun } from '../plan/reasons.js';
import { firstWarnings, StageError } from '../problem.js';
import { type Checkpoint, type Progress, paramsWithEffect } from '../stage.js';
import { publish } from './artifact-folder.js';
import { experimentLock, PRUNE_LOCK } from './locks.js';
import { RunJournal } from './run-journal.js';
import type { RunObserver, RunOptions, RunResult } from './run-options.js';
import { artifactFolder, type StageRecord } from './run-record.js';
import { ingredientsOf, inputValues, presentOf, readFiles, type WorkspaceFiles } from './stage-inputs.js';
import { contentsOf, digestsOf, named, type Outputs } from './stage-outputs.js';

/**
 * Runs a plan: every stage whose outputs are not in the cache, in order, and leaves the artifact folder and `run.json`.
 * An experiment runs once at a time, and so does a fingerprint across experiments; a second run waits and finds the
 * outputs in the cache.
 *
 * @throws {InputError} where one of `again` is not a stage of the plan, or a folder of Etude in the workspace is a link or a file
 * @example
 * const { record, error } = await runPlan(plan, { signal });
 * record.status; // 'done'; or 'failed', with the error
 */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  for (const name of options.again ?? []) findStage(plan, name);
  // What is in the cache and in the artifact folder can be had of a workspace that may only be read.
  const readOnly = !options.dryRun && !(await canBeWritten(plan.workspace));
  const run = new Run(plan, { ...options, readOnly });
  if (options.dryRun || readOnly) return run.stages();
  return run.locked(experimentLock(plan.experiment), `experiment ${plan.experiment}`, async () => {
    // Whoever prunes the cache looks at the locks of experiments first: from here on it spares what this run uses.
    await run.locked(PRUNE_LOCK, 'the cache', async () => {});
    await run.removeStrays();
    return run.stages();
  });
}

class Run {
  readonly #plan: Plan;
  readonly #options: RunOptions & { readOnly: boolean };
  readonly #observer: RunObserver;
  readonly #signal: AbortSignal;
  readonly #cache: StageCache;
  readonly #folder: string;
  /** outputs by stage name; absent where a stage did not come to any */
  readonly #outputs = new Map<string, Outputs>();
  /** what the stages that have outputs were run with, by name */
  readonly #made = new Map<string, { planned: PlannedStage; present: StageRecord; files: WorkspaceFiles }>();
  /** stages that have to run again for an artifact of theirs that went away during this run, by name */
  readonly #repairs = new Map<string, Promise<void>>();
  #damaged = false;

  constructor(plan: Plan, options: RunOptions & { readOnly: boolean }) {
    this.#plan = plan;
    this.#options = options;
    this.#observer = options.observer ?? {};
    this.#signal = options.signal ?? new AbortController().signal;
    this.#folder = artifactFolder(plan.workspace, plan.experiment);
    ownFoldersMustBeInside(plan.workspace);
    for (const { name } of plan.stages) mustBeInside(join(this.#folder, name), plan.workspace);
    const warn = (message: string) => {
      this.#damaged = true;
      this.#observer.warning?.(message);
    };
    const readOnly = options.readOnly || options.dryRun === true;
    this.#cache = new StageCache(join(plan.workspace, '.etude', 'cache'), { warn, readOnly });
  }

  async stages(): Promise<RunResult> {
    for (const line of firstWarnings(this.#plan.warnings)) this.#observer.warning?.(line);
    const { readOnly, dryRun, versions } = this.#options;
    const journal = new RunJournal(this.#plan, { versions, writable: !readOnly && !dryRun });
    let error: unknown;
    for (const planned of this.#plan.stages) {
      const { name } = planned;
      const files = await readFiles(planned);
      const present = presentOf(planned, files, this.#outputs);
      if (error !== undefined) {
        journal.add({ ...present, ...journal.unmade(name, ['an earlier stage failed']) });
        continue;
      }
      const stageStartedAt = Date.now();
      let record: StageRecord;
      try {
        this.#signal.throwIfAborted();
        record = await this.#stage(planned, present, files, journal);
      } catch (thrown) {
        error = thrown;
        const interrupted = this.#signal.aborted;
        const reasons = [interrupted ? 'interrupted' : messageOf(thrown)];
        const written = Object.values(this.#outputs.get(name) ?? {}).flat();
        record = {
          ...{ ...present, ...journal.unmade(name, reasons, written), status: 'failed' },
          ...(interrupted && { interrupted }),
          seconds: secondsSince(stageStartedAt),
        };
      }
      journal.add(record);
      this.#observer.stageDone?.(record);
    }
    if (error === undefined) await journal.save('done');
    // A disk that is full may have failed the stage, and then fails this as well.
    else await journal.save(this.#signal.aborted ? 'unfinished' : 'failed').catch(() => {});
    if (error === undefined && readOnly) {
      this.#observer.warning?.(`${this.#plan.workspace} cannot be written: run.json stays as it was`);
    }
    return { record: journal.record(error === undefined ? 'done' : 'failed'), error };
  }

  async #stage(
    planned: PlannedStage,
    present: StageRecord,
    files: WorkspaceFiles,
    journal: RunJournal,
  ): Promise<StageRecord> {
    const startedAt = Date.now();
    const { again, dryRun } = this.#options;
    const waitsFor = Object.values(planned.producers).filter((producer) => !this.#outputs.has(producer));
    if (waitsFor.length > 0) {
      const reasons = [...new Set(waitsFor)].map((producer) => `after ${producer}, whose output may change`);
      return { ...present, status: 'would-run', reasons, seconds: 0, outputs: [] };
    }
    const fingerprint = present.fingerprint!;
    const forced = again?.includes(planned.name) === true;
    this.#damaged = false;

    let cached = await this.#cache.find(fingerprint, planned.stage.outputs);
    const found = cached !== undefined ? 'whole' : this.#damaged ? 'damaged' : 'missing';
    const reasons = reasonsToRun(journal.previous(planned.name), present, { forced, found });
    let status: StageRecord['status'] = 'hit';
    if (cached === undefined || forced) {
      if (dryRun) return { ...present, status: 'would-run', reasons, seconds: 0, outputs: [] };
      if (this.#options.readOnly) {
        throw new StageError(
          `${planned.name} has to run (${reasons.join(', ')}), and ${this.#plan.workspace} cannot be written`,
        );
      }
      const before = cached;
      await this.locked(fingerprint, `stage ${planned.name}`, async () => {
        if (!forced) cached = await this.#cache.find(fingerprint, planned.stage.outputs);
        if (cached !== undefined && !forced) return;
        this.#observer.stageStarted?.(planned.name, reasons);
        cached = await this.#execute(planned, present, files);
        status = 'ran';
      });
      if (forced && before !== undefined && digestsOf(before) !== digestsOf(cached!)) {
        this.#observer.warning?.(`${planned.name} gave other bytes than before for the same inputs and parameters`);
      }
    }

    const outputs = named(planned, cached!);
    this.#outputs.set(planned.name, outputs);
    this.#made.set(planned.name, { planned, present, files });
    const artifacts = Object.values(outputs).flat();
    if (!dryRun) {
      await journal.willPublish(present, artifacts);
      const folder = join(this.#folder, planned.name);
      mustBeInside(folder, this.#plan.workspace);
      await publish(folder, artifacts, {
        before: journal.left(planned.name),
        bytesOf: (artifact) => this.#artifact(planned.name, artifact),
        warn: (message) => this.#observer.warning?.(message),
      });
    }
    const seconds = secondsSince(startedAt);
    const { seconds: madeInSeconds, said = [] } = cached!;
    const record = { ...present, status, reasons, seconds, outputs: artifacts, madeInSeconds, said };
    await journal.published(record);
    return record;
  }

  /** Checkpoints are found again by all that the outputs depend on but for the parameters that a stage excepts. */
  #checkpoint({ stage, params, name }: PlannedStage, present: StageRecord): Checkpoint {
    const counting = paramsWithEffect(stage, stage.checkpointParams?.(params) ?? params);
    const key = fingerprintOf(ingredientsOf(stage, present, counting));
    return {
      // What is asked for by --stage is run from its beginning.
      load: async () => (this.#options.again?.includes(name) ? undefined : this.#cache.checkpoint(key)),
      save: (bytes) => this.#cache.keepCheckpoint(key, bytes, this.#origin(name)),
    };
  }

  #origin(stage: string): Origin {
    return { experiment: this.#plan.experiment, config: this.#plan.config, stage };
  }

  #memo({ stage, params, name }: PlannedStage): Checkpoint {
    const key = fingerprintOf({
      stage: stage.name,
      version: stage.version,
      params: paramsWithEffect(stage, params),
      inputs: {},
    });
    return {
      load: () => this.#cache.checkpoint(key),
      save: (bytes) => this.#cache.keepCheckpoint(key, bytes, this.#origin(name)),
    };
  }

  async #execute(planned: PlannedStage, present: StageRecord, files: WorkspaceFiles): Promise<CachedStage> {
    const { name, stage, params, producers, inputs } = planned;
    const startedAt = Date.now();
    const said: string[] = [];
    const read: Record<string, { path: string; bytes: Uint8Array }[]> = {};
    for (const [input, producer] of Object.entries(producers)) {
      read[input] = await Promise.all(
        this.#outputs.get(producer)![inputs[input]!]!.map(async (artifact) => ({
          path: `${producer}/${artifact.path}`,
          bytes: await this.#artifact(producer, artifact),
        })),
      );
    }
    const checkpoint = this.#checkpoint(planned, present);
    const outputs = await stage.run({
      ...{
        params,
        inputs: inputValues(stage.inputs, read),
        files,
        signal: this.#signal,
        checkpoint,
        memo: this.#memo(planned),
      },
      progress: (progress: Progress) => this.#observer.stageProgress?.(name, progress),
      say: (line: string) => {
        said.push(line);
        this.#observer.stageSays?.(name, line);
      },
    });
    const seconds = secondsSince(startedAt);
    return this.#cache.keep(present.fingerprint!, contentsOf(planned, outputs), {
      ...{ seconds, said, origin: this.#origin(name) },
    });
  }

  /** The bytes of an artifact. One that was damaged or removed since its stage was looked at is made again. */
  async #artifact(producer: string, artifact: Artifact): Promise<Uint8Array> {
    for (let repaired = false; ; repaired = true) {
      const bytes = await this.#cache.artifact(artifact);
      if (bytes !== undefined) return bytes;
      if (repaired) throw new StageError(`${producer}/${artifact.path} is not what it was when ${producer} ran before`);
      if (!this.#repairs.has(producer)) this.#repairs.set(producer, this.#repair(producer));
      await this.#repairs.get(producer);
    }
  }

  async #repair(producer: string): Promise<void> {
    const { planned, present, files } = this.#made.get(producer)!;
    const fingerprint = present.fingerprint!;
    await this.locked(fingerprint, `stage ${producer}`, async () => {
      if ((await this.#cache.find(fingerprint, planned.stage.outputs)) !== undefined) return;
      this.#observer.stageStarted?.(producer, [REPAIRED]);
      await this.#execute(planned, present, files);
    });
  }

  /** Removes what killed processes left half written. */
  async removeStrays(): Promise<void> {
    const etude = join(this.#plan.workspace, '.etude');
    const stageFolders = this.#plan.stages.map(({ name }) => join(this.#folder, name));
    for (const folder of [join(etude, 'locks'), join(etude, 'cache', 'tmp'), this.#folder, ...stageFolders]) {
      await removeStrays(folder);
    }
  }

  locked<T>(lock: string, what: string, work: () => Promise<T>): Promise<T> {
    const path = join(this.#plan.workspace, '.etude', 'locks', lock);
    const onWait = (holder: string) => this.#observer.waiting?.(what, holder);
    return withFileLock(path, work, { onWait, signal: this.#signal });
  }
}

function secondsSince(milliseconds: number): number {
  return Math.round(Date.now() - milliseconds) / 1000;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
