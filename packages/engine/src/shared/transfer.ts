import { join } from 'node:path';
import type { CachedStage, Origin } from '../cache/cache-layout.js';
import { StageCache } from '../cache/stage-cache.js';
import type { Plan, PlannedStage } from '../plan/plan.js';
import { taskOf } from '../run/execute-stage.js';
import type { StageRecord } from '../run/run-record.js';
import { presentOf, readFiles, type WorkspaceFiles } from '../run/stage-inputs.js';
import { named, type Outputs } from '../run/stage-outputs.js';
import type { ObjectStore } from './object-store.js';
import { SharedCache } from './shared-cache.js';

interface TransferOptions {
  readonly store: ObjectStore;
  readonly workspace: string;
  readonly warn: (message: string) => void;
  /** is told of each stage that was brought over: `quick/train` */
  readonly moved: (stage: string, bytes: number) => void;
  readonly signal: AbortSignal;
}

/** What became of the stages of some experiments; stages that several have in common count once. */
export interface Transferred {
  readonly moved: number;
  readonly movedBytes: number;
  /** were there already */
  readonly there: number;
  /** `quick/sample`: neither here nor there, or after a stage of which that is so */
  readonly missing: readonly string[];
}

interface Reached {
  readonly planned: PlannedStage;
  readonly present: StageRecord;
  readonly files: WorkspaceFiles;
  readonly origin: Origin;
  readonly producedBy: Readonly<Record<string, string>>;
}

/**
 * Brings what the stages of experiments wrote from the cache of a workspace to a store, or the other way round.
 * @example
 * const transfer = new Transfer({ store, workspace, warn, moved, signal });
 * await transfer.pull(plan);
 * transfer.result.missing; // []
 */
export class Transfer {
  readonly #options: TransferOptions;
  readonly #local: StageCache;
  readonly #shared: SharedCache;
  /** fingerprints of stages that were dealt with */
  readonly #seen = new Set<string>();
  readonly #missing: string[] = [];
  #moved = 0;
  #movedBytes = 0;
  #there = 0;

  constructor(options: TransferOptions) {
    const { store, workspace, warn } = options;
    this.#options = options;
    this.#local = new StageCache(join(workspace, '.etude', 'cache'), { warn });
    this.#shared = new SharedCache(store, this.#local, { warn, readOnly: true });
  }

  get result(): Transferred {
    return { moved: this.#moved, movedBytes: this.#movedBytes, there: this.#there, missing: this.#missing };
  }

  /**
   * Shares what is in the cache of the workspace.
   * @param kind of this machine, which made what no other did
   */
  push(plan: Plan, kind: string): Promise<void> {
    return this.#walk(plan, async ({ planned, present, files, origin, producedBy }) => {
      const fingerprint = present.fingerprint!;
      const cached = await this.#local.find(fingerprint, planned.stage.outputs);
      if (cached === undefined || this.#seen.has(fingerprint)) return cached;
      if ((await this.#shared.record(fingerprint, planned.stage.outputs)) !== undefined) {
        this.#there++;
        return cached;
      }
      const task = { ...taskOf(planned, present, files), origin, fresh: false };
      await this.#shared.publishTask(task, { files, cached, producedBy, madeOn: cached.madeOn ?? kind });
      this.#count(origin, cached);
      return cached;
    });
  }

  /** Brings here what is not in the cache of the workspace. */
  pull(plan: Plan): Promise<void> {
    return this.#walk(plan, async ({ planned, present, origin }) => {
      const fingerprint = present.fingerprint!;
      const here = await this.#local.find(fingerprint, planned.stage.outputs);
      if (here !== undefined) {
        if (!this.#seen.has(fingerprint)) this.#there++;
        return here;
      }
      const fetched = await this.#shared.fetch(fingerprint, planned.stage.outputs, origin);
      if (fetched) this.#count(origin, fetched);
      return fetched;
    });
  }

  async #walk(plan: Plan, stage: (reached: Reached) => Promise<CachedStage | undefined>): Promise<void> {
    const outputs = new Map<string, Outputs>();
    const fingerprints = new Map<string, string>();
    for (const planned of plan.stages) {
      this.#options.signal.throwIfAborted();
      const files = await readFiles(planned);
      const present = presentOf(planned, files, outputs);
      const origin = { experiment: plan.experiment, config: plan.config, stage: planned.name };
      const producedBy = Object.fromEntries(
        Object.values(planned.producers).map((name) => [name, fingerprints.get(name)!]),
      );
      const reached = { planned, present, files, origin, producedBy };
      const cached = present.fingerprint === undefined ? undefined : await stage(reached);
      if (cached === undefined) {
        this.#missing.push(`${plan.experiment}/${planned.name}`);
        continue;
      }
      outputs.set(planned.name, named(planned, cached));
      fingerprints.set(planned.name, present.fingerprint!);
      this.#seen.add(present.fingerprint!);
    }
  }

  #count({ experiment, stage }: Origin, { outputs }: CachedStage): void {
    const bytes = Object.values(outputs)
      .flat()
      .reduce((sum, artifact) => sum + artifact.bytes, 0);
    this.#moved++;
    this.#movedBytes += bytes;
    this.#options.moved(`${experiment}/${stage}`, bytes);
  }
}
