import { join } from 'node:path';
import type { CachedStage, Origin } from '../cache/cache-layout.js';
import { type Artifact, StageCache } from '../cache/stage-cache.js';
import { removeStrays } from '../files/whole-file.js';
import { canBeWritten, mustBeInside, ownFoldersMustBeInside } from '../files/workspace-path.js';
import { findStage, type Plan, type PlannedStage } from '../plan/plan.js';
import { BY_WORKER, REPAIRED, reasonsToRun, SHARED } from '../plan/reasons.js';
import { firstWarnings, StageError } from '../problem.js';
import { SecondLevel } from '../shared/second-level.js';
import { publish } from './artifact-folder.js';
import { executeStage, MissingArtifact, type StageTask, type TaskHooks, taskOf } from './execute-stage.js';
import { RunJournal } from './run-journal.js';
import { RunLocks } from './run-locks.js';
import type { RunObserver, RunOptions, RunResult } from './run-options.js';
import { artifactFolder, type StageRecord } from './run-record.js';
import { presentOf, readFiles, type WorkspaceFiles } from './stage-inputs.js';
import { digestsOf, named, type Outputs } from './stage-outputs.js';

/**
 * Runs a plan: every stage whose outputs are not in the cache, each after those that it reads from, and leaves the artifact folder and `run.json`.
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
  return run.alone();
}

class Run {
  readonly #plan: Plan;
  readonly #options: RunOptions & { readOnly: boolean };
  readonly #observer: RunObserver;
  readonly #signal: AbortSignal;
  readonly #folder: string;
  readonly #locks: RunLocks;
  readonly #journal: RunJournal;
  /** outputs by stage name; absent where a stage did not come to any */
  readonly #outputs = new Map<string, Outputs>();
  /** what the stages that have outputs were run with, by name */
  readonly #made = new Map<string, { planned: PlannedStage; present: StageRecord; files: WorkspaceFiles }>();
  /** stages that have to run again for an artifact of theirs that went away during this run, by name */
  readonly #repairs = new Map<string, Promise<void>>();
  /** of the stage that failed first: no other begins after it */
  #failure: { readonly error: unknown } | undefined;

  constructor(plan: Plan, options: RunOptions & { readOnly: boolean }) {
    this.#plan = plan;
    this.#options = options;
    this.#observer = options.observer ?? {};
    this.#signal = options.signal ?? new AbortController().signal;
    this.#folder = artifactFolder(plan.workspace, plan.experiment);
    this.#locks = new RunLocks(plan.workspace, { observer: this.#observer, signal: this.#signal });
    ownFoldersMustBeInside(plan.workspace);
    for (const { name } of plan.stages) mustBeInside(join(this.#folder, name), plan.workspace);
    const { readOnly, dryRun, versions } = options;
    this.#journal = new RunJournal(plan, { versions, writable: !readOnly && !dryRun });
  }

  async stages(): Promise<RunResult> {
    for (const line of firstWarnings(this.#plan.warnings)) this.#observer.warning?.(line);
    const reached = new Map<string, Promise<void>>();
    let last = Promise.resolve();
    for (const planned of this.#plan.stages) {
      const producers = Object.values(planned.producers).map((producer) => reached.get(producer)!);
      // Without an executor one stage follows the other.
      const before = this.#options.executor ? Promise.all(producers) : last;
      last = before.then(() => this.#reach(planned));
      reached.set(planned.name, last);
    }
    for (const result of await Promise.allSettled(reached.values())) {
      if (result.status === 'rejected') throw result.reason;
    }
    const journal = this.#journal;
    if (this.#failure === undefined) await journal.save('done');
    // A disk that is full may have failed the stage, and then fails this as well.
    else await journal.save(this.#signal.aborted ? 'unfinished' : 'failed').catch(() => {});
    if (this.#failure === undefined && this.#options.readOnly) {
      this.#observer.warning?.(`${this.#plan.workspace} cannot be written: run.json stays as it was`);
    }
    return { record: journal.record(this.#failure ? 'failed' : 'done'), error: this.#failure?.error };
  }

  async #reach(planned: PlannedStage): Promise<void> {
    const { name } = planned;
    const journal = this.#journal;
    const files = await readFiles(planned);
    const present = presentOf(planned, files, this.#outputs);
    if (this.#failure !== undefined) {
      journal.add({ ...present, ...journal.unmade(name, ['an earlier stage failed']) });
      return;
    }
    const startedAt = Date.now();
    let record: StageRecord;
    try {
      this.#signal.throwIfAborted();
      record = await this.#stage(planned, present, files);
    } catch (error) {
      this.#failure ??= { error };
      const interrupted = this.#signal.aborted;
      const reasons = [interrupted ? 'interrupted' : messageOf(error)];
      const written = Object.values(this.#outputs.get(name) ?? {}).flat();
      record = {
        ...{ ...present, ...journal.unmade(name, reasons, written), status: 'failed' },
        ...(interrupted && { interrupted }),
        seconds: secondsSince(startedAt),
      };
    }
    journal.add(record);
    this.#observer.stageDone?.(record);
  }

  async #stage(planned: PlannedStage, present: StageRecord, files: WorkspaceFiles): Promise<StageRecord> {
    const startedAt = Date.now();
    const { again, dryRun } = this.#options;
    const waitsFor = Object.values(planned.producers).filter((producer) => !this.#outputs.has(producer));
    if (waitsFor.length > 0) {
      const reasons = [...new Set(waitsFor)].map((producer) => `after ${producer}, whose output may change`);
      return { ...present, status: 'would-run', reasons, seconds: 0, outputs: [] };
    }
    const fingerprint = present.fingerprint!;
    const forced = again?.includes(planned.name) === true;
    let damaged = false;
    const cache = this.#cache(() => {
      damaged = true;
    });

    const find = async () => {
      const { kind } = this.#options.shared ?? {};
      const found = await cache.find(fingerprint, planned.stage.outputs);
      return kind === undefined || found?.madeOn === kind ? found : undefined;
    };
    let cached = await find();
    let isShared = false;
    if (cached === undefined && !forced) {
      cached = await this.#secondLevel()?.fetch(fingerprint, planned.stage.outputs, this.#origin(planned.name));
      isShared = cached !== undefined;
    }
    const found = cached !== undefined ? 'whole' : damaged ? 'damaged' : 'missing';
    const reasons = isShared
      ? [this.#options.shared!.ran?.has(planned.name) ? BY_WORKER : SHARED]
      : reasonsToRun(this.#journal.previous(planned.name), present, { forced, found });
    let status: StageRecord['status'] = 'hit';
    if (cached === undefined || forced) {
      if (dryRun) return { ...present, status: 'would-run', reasons, seconds: 0, outputs: [] };
      if (this.#options.readOnly) {
        throw new StageError(
          `${planned.name} has to run (${reasons.join(', ')}), and ${this.#plan.workspace} cannot be written`,
        );
      }
      const before = cached;
      await this.#locks.ofStage(fingerprint, planned.name, async () => {
        if (!forced) cached = await find();
        if (cached !== undefined && !forced) return;
        cached = await this.#execute(planned, { present, files, reasons });
        await this.#publish(planned, { present, files, cached });
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
      await this.#journal.willPublish(present, artifacts);
      const folder = join(this.#folder, planned.name);
      mustBeInside(folder, this.#plan.workspace);
      await publish(folder, artifacts, {
        before: this.#journal.left(planned.name),
        bytesOf: (artifact) => this.#artifact(planned.name, artifact),
        warn: (message) => this.#observer.warning?.(message),
      });
    }
    const seconds = secondsSince(startedAt);
    const { seconds: madeInSeconds, said = [], madeOn } = cached!;
    const made = { madeInSeconds, said, ...(madeOn && { madeOn }) };
    const record = { ...present, status, reasons, seconds, outputs: artifacts, ...made };
    await this.#journal.published(record);
    return record;
  }

  async #execute(
    planned: PlannedStage,
    { present, files, reasons }: { present: StageRecord; files: WorkspaceFiles; reasons: readonly string[] },
  ): Promise<CachedStage> {
    const { name, stage } = planned;
    const task = this.#task(planned, { present, files });
    let hasStarted = false;
    const hooks: TaskHooks = {
      signal: this.#signal,
      start: () => {
        if (!hasStarted) this.#observer.stageStarted?.(name, reasons);
        hasStarted = true;
      },
      progress: (progress) => this.#observer.stageProgress?.(name, progress),
      say: (line) => this.#observer.stageSays?.(name, line),
      warn: (message) => this.#observer.warning?.(message),
    };
    for (;;) {
      try {
        if (this.#options.executor) return await this.#options.executor.execute(task, hooks);
        hooks.start();
        return await executeStage(task, { stage, cache: this.#cache(), files }, hooks);
      } catch (error) {
        if (!(error instanceof MissingArtifact)) throw error;
        await this.#artifact(error.producer, error.artifact);
      }
    }
  }

  #task(planned: PlannedStage, { present, files }: { present: StageRecord; files: WorkspaceFiles }): StageTask {
    const { name } = planned;
    // What is asked for by --stage is run from its beginning.
    const fresh = this.#options.again?.includes(name) === true;
    return { ...taskOf(planned, present, files), origin: this.#origin(name), fresh };
  }

  /** Shares what a stage wrote here, where the user wants that. */
  async #publish(
    planned: PlannedStage,
    { cached, ...made }: { present: StageRecord; files: WorkspaceFiles; cached: CachedStage },
  ): Promise<void> {
    const producers = new Set(Object.values(planned.producers));
    const producedBy = Object.fromEntries(
      [...producers].map((name) => [name, this.#made.get(name)!.present.fingerprint!]),
    );
    await this.#secondLevel()?.publish(this.#task(planned, made), { files: made.files, cached, producedBy });
  }

  #secondLevel(): SecondLevel | undefined {
    const { shared, dryRun, readOnly } = this.#options;
    const onlyLook = dryRun || readOnly;
    return (
      shared && new SecondLevel(shared, this.#cache(), { onlyLook, warn: (line) => this.#observer.warning?.(line) })
    );
  }

  #origin(stage: string): Origin {
    return { experiment: this.#plan.experiment, config: this.#plan.config, stage };
  }

  /** The bytes of an artifact. One that was damaged or removed since its stage was looked at is made again. */
  async #artifact(producer: string, artifact: Artifact): Promise<Uint8Array> {
    for (let repaired = false; ; repaired = true) {
      const here = await this.#cache().artifact(artifact);
      const bytes = here ?? (await this.#secondLevel()?.content(artifact.digest));
      if (bytes !== undefined) return bytes;
      if (repaired) throw new StageError(`${producer}/${artifact.path} is not what it was when ${producer} ran before`);
      if (!this.#repairs.has(producer)) this.#repairs.set(producer, this.#repair(producer));
      await this.#repairs.get(producer);
    }
  }

  async #repair(producer: string): Promise<void> {
    const { planned, present, files } = this.#made.get(producer)!;
    const fingerprint = present.fingerprint!;
    await this.#locks.ofStage(fingerprint, producer, async () => {
      if ((await this.#cache().find(fingerprint, planned.stage.outputs)) !== undefined) return;
      await this.#execute(planned, { present, files, reasons: [REPAIRED] });
    });
  }

  /** @param onDamage is told of damage, as the user is */
  #cache(onDamage: () => void = () => {}): StageCache {
    const { readOnly, dryRun = false } = this.#options;
    return new StageCache(join(this.#plan.workspace, '.etude', 'cache'), {
      warn: (message) => {
        onDamage();
        this.#observer.warning?.(message);
      },
      readOnly: readOnly || dryRun,
    });
  }

  /** As {@link stages}, while no other run of this experiment is at work. */
  alone(): Promise<RunResult> {
    return this.#locks.ofExperiment(this.#plan.experiment, async () => {
      await this.#removeStrays();
      return this.stages();
    });
  }

  /** Removes what killed processes left half written. */
  async #removeStrays(): Promise<void> {
    const etude = join(this.#plan.workspace, '.etude');
    const stageFolders = this.#plan.stages.map(({ name }) => join(this.#folder, name));
    for (const folder of [join(etude, 'locks'), join(etude, 'cache', 'tmp'), this.#folder, ...stageFolders]) {
      await removeStrays(folder);
    }
  }
}

function secondsSince(milliseconds: number): number {
  return Math.round(Date.now() - milliseconds) / 1000;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
