import type { CachedStage, Origin } from '../cache/cache-layout.js';
import type { StageCache } from '../cache/stage-cache.js';
import type { StageTask } from '../run/execute-stage.js';
import type { SharedOption } from '../run/run-options.js';
import type { WorkspaceFiles } from '../run/stage-inputs.js';
import type { Ports } from '../stage.js';
import { StoreAway } from './optional-store.js';
import type { RemoteTask } from './remote-task.js';
import { SharedCache } from './shared-cache.js';

interface SecondLevelOptions {
  /** nothing is brought here, or shared */
  readonly onlyLook: boolean;
  readonly warn: (message: string) => void;
}

/** The shared cache as a run uses it, for what is not in the cache of this machine. Where it is away the run goes on without it. */
export class SecondLevel {
  readonly #shared: SharedCache;
  readonly #options: SecondLevelOptions & Pick<SharedOption, 'writeAs'>;

  constructor({ store, writeAs, kind }: SharedOption, local: StageCache, options: SecondLevelOptions) {
    const readOnly = writeAs === undefined || options.onlyLook;
    this.#shared = new SharedCache(store, local, { warn: options.warn, readOnly, kind });
    this.#options = { ...options, writeAs };
  }

  /** What a stage of this fingerprint wrote on another machine, brought here unless the run only looks. */
  fetch(fingerprint: string, ports: Ports, origin: Origin): Promise<CachedStage | undefined> {
    return this.#unlessAway(() =>
      this.#options.onlyLook ? this.#shared.record(fingerprint, ports) : this.#shared.fetch(fingerprint, ports, origin),
    );
  }

  /** The bytes of a digest, if they can be had. */
  async content(digest: string): Promise<Uint8Array | undefined> {
    if (this.#options.onlyLook) return undefined;
    return this.#unlessAway(() => this.#shared.content(digest));
  }

  /** Shares what was run here, where that is wanted; not being able to is no failure of the run. */
  async publish(
    task: StageTask,
    made: { files: WorkspaceFiles; cached: CachedStage; producedBy: RemoteTask['producedBy'] },
  ): Promise<void> {
    const { writeAs, warn } = this.#options;
    if (writeAs === undefined) return;
    try {
      await this.#shared.publishTask(task, { ...made, madeOn: await writeAs() });
    } catch (error) {
      const why = (error as Error).message;
      warn(error instanceof StoreAway ? why : `what ${task.present.name} wrote is not shared: ${why}`);
    }
  }

  async #unlessAway<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
      this.#options.warn(error.message);
      return undefined;
    }
  }
}
