import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CachedStage } from '../cache/cache-layout.js';
import { StageCache } from '../cache/stage-cache.js';
import { NotInStore, StageCrash, StageError } from '../problem.js';
import { checkpointKeyOf, type Executor, MissingArtifact, type TaskHooks } from '../run/execute-stage.js';
import type { TaskFile } from '../run/stage-inputs.js';
import { type Progress, type Stage, stageOf } from '../stage.js';
import type { ObjectStore } from './object-store.js';
import { type Advance, advance } from './remote-plan.js';
import { checkedFingerprint, parseTask } from './remote-task.js';
import { SharedCache } from './shared-cache.js';

interface RemoteStagesOptions {
  readonly store: ObjectStore;
  readonly stages: readonly Stage[];
  /** where this machine keeps what it has from the store */
  readonly folder: string;
  /** runs stages in `folder` */
  readonly executor: Executor;
  /** what computes: machines of one kind write the same bytes */
  readonly kind: string;
  readonly warn: (message: string) => void;
}

interface RemoteHooks extends Pick<TaskHooks, 'signal' | 'progress' | 'say'> {
  /** is told what it is: `quick/train` */
  began?(what: string): void;
}

/** Milliseconds before what a stage wrote is shared again, where that has failed: at first, at most, and in all. */
const PAUSE = { first: 500, longest: 30_000, all: 600_000 };

/** What a worker does: it looks how far runs are, and runs stages, for any machine that shares the store. */
export class RemoteStages {
  readonly #options: RemoteStagesOptions;
  readonly #local: StageCache;
  /** by fingerprint, what stages wrote here that the store has not got yet */
  readonly #unshared = new Map<string, CachedStage>();

  constructor(options: RemoteStagesOptions) {
    this.#options = options;
    this.#local = new StageCache(join(options.folder, '.etude', 'cache'), { warn: options.warn });
  }

  /** See {@link advance}. */
  async advance(plan: string, verify: boolean): Promise<Advance> {
    return advance(
      await this.#content(plan, 'the plan'),
      this.#options.stages,
      (wanted) => this.#shared(wanted),
      verify,
    );
  }

  /**
   * Runs a stage, unless the store has what it writes.
   * @param taskDigest of its task
   * @returns whether it ran
   * @throws {MissingArtifact} where an input is lost; the stage that wrote it does not count as run then
   * @throws {NotInStore} where the task is not there, or a file that it reads
   * @throws {StageError} where the task is not what it says, or its user has to change something
   * @throws {StageCrash} where its process died, or it has a bug
   */
  async run(taskDigest: string, { signal, progress, say, began }: RemoteHooks): Promise<boolean> {
    const { kind, executor, warn } = this.#options;
    const task = parseTask(await this.#content(taskDigest, 'the task'));
    const { present, origin } = task;
    began?.(`${origin.experiment}/${present.name}`);
    if (task.kind !== undefined && task.kind !== kind) {
      throw new StageError(`${present.name} is for machines of kind ${task.kind}, and this one is ${kind}`);
    }
    const shared = this.#shared(task.kind);
    const stage = stageOf(this.#options.stages, present);
    const fingerprint = checkedFingerprint(task, stage);
    if ((await shared.record(fingerprint, stage.outputs)) !== undefined) return false;
    const share = (cached: CachedStage) =>
      patiently(() => shared.publish(fingerprint, cached, { madeOn: kind, task: taskDigest }), { signal, say });
    const unshared = this.#unshared.get(fingerprint);
    if (unshared) {
      await share(unshared);
      this.#unshared.delete(fingerprint);
      return true;
    }
    for (const [port, artifacts] of Object.entries(present.inputs!)) {
      const producer = task.producers[port]!;
      for (const artifact of artifacts) {
        if ((await shared.content(artifact.digest)) !== undefined) continue;
        await shared.forget(task.producedBy[producer]!);
        throw new MissingArtifact(producer, artifact);
      }
    }
    const files: Record<string, TaskFile[]> = {};
    for (const [parameter, list] of Object.entries(task.files)) {
      files[parameter] = [];
      for (const file of list) {
        await this.#content(file.digest, file.path);
        files[parameter].push({ ...file, location: this.#local.locationOf(file.digest) });
      }
    }
    const here = { ...task, files };
    const key = checkpointKeyOf(here, stage);
    const left = await shared.checkpoint(kind, key);
    if (left) await this.#local.keepCheckpoint(key, left, task.origin);
    const checkpoints = new Checkpoints(this.#local, shared, { kind, key });
    const hooks: TaskHooks = {
      ...{ signal, say, warn, start() {} },
      progress(told: Progress) {
        checkpoints.done = told.done;
        progress(told);
      },
      kept: () => checkpoints.share(),
    };
    const cached = await executor
      .execute(here, hooks)
      .catch((error) => Promise.reject(signal.aborted ? error : crashOf(error, present.name)))
      .finally(() => checkpoints.shared);
    this.#unshared.set(fingerprint, cached);
    await share(cached);
    this.#unshared.delete(fingerprint);
    return true;
  }

  #shared(kind?: string): SharedCache {
    return new SharedCache(this.#options.store, this.#local, { warn: this.#options.warn, kind });
  }

  async #content(digest: string, what: string): Promise<Uint8Array> {
    const bytes = await this.#shared().content(digest);
    if (bytes !== undefined) return bytes;
    throw new NotInStore(
      `${what} is not in the store of the worker on ${hostname()}: it was removed, and the experiment has to be run again, or the client has another store`,
    );
  }
}

/**
 * Does what a store that is away for a while makes fail. Who is stopped meanwhile tries once more: what took hours to make may be shared after all.
 * @throws what it throws, after some time
 */
async function patiently(work: () => Promise<void>, { signal, say }: Pick<TaskHooks, 'signal' | 'say'>): Promise<void> {
  const startedAt = Date.now();
  for (let pause = PAUSE.first; ; pause = Math.min(2 * pause, PAUSE.longest)) {
    const wasStopped = signal.aborted;
    try {
      await work();
      return;
    } catch (error) {
      if (wasStopped || Date.now() - startedAt > PAUSE.all) throw error;
      say(`${(error as Error).message}; trying to share the results again`);
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}

/** An error as it is, but for one that nobody has foreseen: the same stage may go well on another machine, or have it everywhere. */
function crashOf(error: unknown, stage: string): unknown {
  const isForeseen =
    error instanceof StageError || error instanceof MissingArtifact || (error as { code?: unknown }).code;
  return isForeseen ? error : new StageCrash(`${stage} failed: ${(error as Error).message}`, { cause: error });
}

/** Checkpoints of a stage that runs, one on its way at a time: of those that were kept meanwhile the last. */
class Checkpoints {
  readonly #local: StageCache;
  readonly #shared: SharedCache;
  readonly #where: { readonly kind: string; readonly key: string };
  #isWaiting = false;
  done = 0;
  /** ends when none is on its way */
  shared: Promise<void> = Promise.resolve();

  constructor(local: StageCache, shared: SharedCache, where: { kind: string; key: string }) {
    this.#local = local;
    this.#shared = shared;
    this.#where = where;
  }

  share(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.shared = this.shared.then(async () => {
      this.#isWaiting = false;
      const { kind, key } = this.#where;
      const bytes = await this.#local.checkpoint(key);
      // A store that is away for a while costs progress, not the stage.
      if (bytes) await this.#shared.keepCheckpoint(kind, key, this.done, bytes).catch(() => {});
    });
  }
}
