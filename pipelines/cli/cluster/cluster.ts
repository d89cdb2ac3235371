import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  InputError,
  type ObjectStore,
  type Plan,
  type RunObserver,
  type RunResult,
  runPlan,
  SharedCache,
  StageCache,
  StageError,
  type StageRecord,
  submitPlan,
} from '@etude/engine';
import { Interruption } from '../interruptible.js';
import type { ClusterClient, ClusterModule } from '../optional-cluster.js';
import type { Runner } from '../runner.js';
import type { ClusterSettings } from '../workspace-settings.js';
import { buildDigest } from './build-digest.js';

/** Times that a run is begun anew whose artifacts are lost in the store when they are fetched. */
const MOST_REPAIRS = 2;

type RunnerOptions = Parameters<Runner['run']>[1];
type RemoteObserver = Parameters<ClusterClient['run']>[0]['observer'];
type RemoteOutcome = Awaited<ReturnType<ClusterClient['run']>>;

interface ClusterChoice {
  /** of machine that has to run all stages; left out: any may */
  readonly kind?: string | undefined;
  /** only wait for runs that go on already */
  readonly attach?: boolean | undefined;
}

/** A cluster that runs experiments of this machine; their artifacts are here afterwards, as if they had been run here. */
export class Cluster implements Runner {
  /** more than machines there may be; each waits for no more than a message */
  readonly atATime = 200;
  readonly #client: ClusterClient;
  readonly #store: ObjectStore;
  readonly #kind: string | undefined;
  readonly #attach: boolean;
  /** what is said where nothing happens */
  readonly #waiting: Readonly<Record<'worker' | 'kind' | 'server', string>>;
  readonly #warned = new Set<string>();
  /** digests of files that the store has; points of a sweep read the same ones */
  readonly #files = new Set<string>();

  private constructor(
    client: ClusterClient,
    store: ObjectStore,
    { build, kind, attach = false }: ClusterChoice & { build: string },
  ) {
    this.#client = client;
    this.#store = store;
    this.#waiting = {
      worker: `no worker of this build of Etude (${build}) answers yet; \`etude worker\` starts one`,
      kind: `no worker of kind ${kind} has answered lately; each says its kind when it starts`,
      server: 'the Temporal server does not answer; waiting for it',
    };
    this.#kind = kind;
    this.#attach = attach;
  }

  static async connect(
    module: ClusterModule,
    { temporal, namespace, store }: ClusterSettings,
    choice: ClusterChoice = {},
  ): Promise<Cluster> {
    const opened = module.openStore(store);
    const build = buildDigest(module);
    const client = await module.ClusterClient.connect({ address: temporal, namespace }, build);
    return new Cluster(client, opened, { ...choice, build });
  }

  /**
   * Has a plan run, and brings what comes out here.
   * @throws {InputError} for stages that are to run again
   * @throws {StageError} where a run should go on already, and does not
   */
  async run(plan: Plan, { again = [], ...options }: RunnerOptions): Promise<RunResult> {
    if (again.length > 0) {
      const message = 'a stage runs again on this machine only: --on here';
      throw new InputError([{ place: `--stage ${again[0]}`, message }]);
    }
    if (this.#attach) return this.#run(plan, options);
    const { record } = await runPlan(plan, { dryRun: true });
    const isHere = ({ status, madeOn }: StageRecord) =>
      status === 'hit' && (this.#kind === undefined || madeOn === this.#kind);
    if (record.stages.every(isHere)) return runPlan(plan, options);
    return this.#run(plan, options);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** What concerns all runs is not said for each point of a sweep. */
  #warnOnce(message: string, warn: (message: string) => void): void {
    if (!this.#warned.has(message)) warn(message);
    this.#warned.add(message);
  }

  async #run(plan: Plan, options: RunnerOptions): Promise<RunResult> {
    const { observer = {}, signal = new AbortController().signal } = options;
    const startedAt = Date.now();
    const warn = (message: string) => observer.warning?.(message);
    const [kind, isOld] = [this.#kind, this.#attach];
    const local = new StageCache(join(plan.workspace, '.etude', 'cache'), { warn });
    const shared = new SharedCache(this.#store, local, { warn, kind });
    const ran = new Set<string>();
    for (let repairs = 0; ; repairs++) {
      const verify = repairs > 0;
      // A file that is lost is put again.
      const submitted = await submitPlan(plan, shared, { known: verify ? undefined : this.#files, kind });
      const outcome = await this.#client.run({
        ...{ plan: submitted, verify, name: nameOf(plan, submitted), isOld, kind },
        ...{ signal, goesOn: isHangUp, observer: this.#told(observer) },
      });
      if (outcome.kind === 'done') for (const stage of outcome.ran) ran.add(stage);
      const { lost, record, ...result } = await this.#fetched(plan, outcome, { ...options, signal, ran });
      if (lost.length === 0 || repairs === MOST_REPAIRS) {
        return { ...result, record: { ...record, seconds: (Date.now() - startedAt) / 1000 } };
      }
      warn(`${lost.join(', ')}: lost in the store; made again`);
    }
  }

  /** What becomes of a run on a cluster, told as what becomes of one on this machine. */
  #told(observer: RunObserver): RemoteObserver {
    const warn = (message: string) => observer.warning?.(message);
    return {
      started: (stage) => observer.stageStarted?.(stage, []),
      progress: (stage, progress) => observer.stageProgress?.(stage, progress),
      trouble: (what, message) => warn(`${what} is tried again: ${message}`),
      waiting: (whom) => this.#warnOnce(this.#waiting[whom], warn),
      leaving: (hasHeard) =>
        this.#warnOnce(hasHeard ? 'the run stops when a worker answers' : 'the run could not be told to stop', warn),
    };
  }

  /**
   * Brings here what workers wrote, also for a run that failed or was stopped: as far as it got.
   * @returns also the names of stages that should be in the store, and are not
   * @throws {StageError} where there was no run
   */
  async #fetched(
    plan: Plan,
    outcome: RemoteOutcome,
    { ran, ...options }: RunnerOptions & { signal: AbortSignal; ran: ReadonlySet<string> },
  ): Promise<RunResult & { lost: readonly string[] }> {
    if (outcome.kind === 'absent') throw new StageError(`no run of ${plan.experiment} as it is now goes on`);
    const lost: string[] = [];
    const fetching = new AbortController();
    const result = await runPlan(plan, {
      ...{ ...options, signal: outcome.kind === 'stopped' ? fetching.signal : options.signal },
      shared: { store: this.#store, kind: this.#kind, ran },
      executor: {
        // Nothing runs here.
        async execute({ present: { name } }) {
          if (outcome.kind === 'failed') throw new StageError(outcome.message);
          if (outcome.kind === 'stopped') fetching.abort(options.signal.reason);
          else lost.push(name);
          fetching.signal.throwIfAborted();
          throw new StageError(`what ${name} wrote is not in the store; do the workers have the same one?`);
        },
      },
    });
    return { ...result, lost };
  }
}

/** A run goes on without a terminal that was closed, as it does without a client that was killed; Ctrl-C stops it. */
function isHangUp(reason: unknown): boolean {
  return reason instanceof Interruption && reason.by === 'SIGHUP';
}

/** The same for the same plan of the same workspace on this machine, so that its run is found again, and is nobody else's. */
function nameOf({ experiment, workspace }: Plan, plan: string): string {
  const whose = createHash('sha256').update(`${hostname()} ${workspace}`).digest('hex').slice(0, 12);
  return `${experiment}/${whose}/${plan.slice(0, 16)}`;
}
