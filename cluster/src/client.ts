import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '@etude/engine';
import {
  Client,
  Connection,
  ServiceError,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowIdConflictPolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, CancelledFailure, defaultPayloadConverter } from '@temporalio/common';
import { ClusterError } from './cluster-error.js';
import { connectionOptions, reached, type TemporalPlace } from './connection.js';
import { runQueue, runWorkflowId, stageQueue } from './queues.js';
import { BUSY, type RunInput, type RunState, type SignOfLife, stateQuery } from './workflows/messages.js';
import type { run } from './workflows/run.js';

/** What a client is told of a run. */
interface RemoteObserver {
  started(stage: string): void;
  progress(stage: string, progress: Progress): void;
  /** a machine could not run it; another attempt follows */
  trouble(stage: string, message: string): void;
  /** nothing happens, since no worker of this build answers, none of the kind that is wanted, or the server does not */
  waiting(whom: 'worker' | 'kind' | 'server'): void;
  /** the run is not waited for any longer, although it has not stopped yet */
  leaving(hasHeard: boolean): void;
}

interface RemoteRun extends RunInput {
  /** names the run, so that a client that was killed finds it again */
  readonly name: string;
  /** only watch a run that goes on already */
  readonly isOld: boolean;
  /** of machine that the plan is for */
  readonly kind: string | undefined;
  readonly observer: RemoteObserver;
  /** ends the waiting, and stops the run */
  readonly signal: AbortSignal;
  /** whether a run goes on that is no longer waited for, for this reason of the signal */
  readonly goesOn: (reason: unknown) => boolean;
}

/** How a run ended, where it did not just end. */
type RemoteOutcome =
  /** with the names of the stages that workers ran for it */
  | { readonly kind: 'done'; readonly ran: readonly string[] }
  /** as the signal asked for */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly message: string }
  /** there is no such run, where an old one was asked for */
  | { readonly kind: 'absent' };

/** What is tried again that is no stage. */
const LOOK = 'looking how far it is';
/** Milliseconds from one look at a run to the next; of many runs so many are looked at in that time. */
const LOOK_EVERY = 1000;
const LOOKED_AT = 8;
/** Milliseconds in which an answer counts for the same look. */
const ANSWERED_WITHIN = 500;
/** Milliseconds after which a server is asked again that was away. */
const AGAIN_AFTER = 1000;
/** Milliseconds in which workers stop a run that they are told to stop. */
const STOPPED_WITHIN = 10_000;
/** Milliseconds that a process has, which leaves runs, to say so. */
const EXIT_AFTER = 500;
/** Milliseconds without any worker after which that is told. */
const PATIENCE = 15_000;

/** An activity that a worker has begun (`PENDING_ACTIVITY_STATE_STARTED` of Temporal's API); others wait. */
const RUNNING = 2;
/** Tasks of a queue: those of activities (`TASK_QUEUE_TYPE_ACTIVITY` of Temporal's API). */
const ACTIVITIES = 2;

/** What has workers of one build run plans. */
export class ClusterClient {
  readonly #connection: Connection;
  readonly #client: Client;
  readonly #temporal: TemporalPlace;
  readonly #build: string;
  #hasLeft = false;
  /** runs that are waited for */
  #runs = 0;

  private constructor(connection: Connection, temporal: TemporalPlace, build: string) {
    this.#connection = connection;
    this.#client = new Client({ connection, namespace: temporal.namespace });
    this.#temporal = temporal;
    this.#build = build;
  }

  /** @throws {ClusterError} where the server cannot be reached */
  static async connect(temporal: TemporalPlace, build: string): Promise<ClusterClient> {
    return new ClusterClient(
      await reached(temporal, () => Connection.connect(connectionOptions(temporal))),
      temporal,
      build,
    );
  }

  /**
   * Has workers run a plan, or waits for a run of this name that goes on already.
   * @throws {ClusterError} where the server cannot be reached; the run goes on
   * @throws the reason of the signal, where the run was left
   */
  async run({ name, isOld, kind, observer, signal, goesOn, ...input }: RemoteRun): Promise<RemoteOutcome> {
    const handle = await reached(this.#temporal, () => (isOld ? this.#old(name) : this.#started(name, input)));
    if (handle === undefined) return { kind: 'absent' };
    if (kind !== undefined && !(await this.#hasWorker(kind))) observer.waiting('kind');
    const left = new AbortController();
    const leave = () => {
      this.#hasLeft = true;
      left.abort(signal.reason);
    };
    let cancelling: Promise<void> | undefined;
    let patience: NodeJS.Timeout | undefined;
    const end = () => {
      if (goesOn(signal.reason)) return leave();
      let hasHeard = false;
      cancelling = handle.cancel().then(
        () => {
          hasHeard = true;
        },
        () => {},
      );
      // It takes a worker to stop a run, and there may be none.
      patience = setTimeout(() => {
        observer.leaving(hasHeard);
        leave();
      }, STOPPED_WITHIN);
    };
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    this.#runs += 1;
    // A server has better things to do than to tell 200 times a second that nothing has happened.
    const pause = () => LOOK_EVERY * Math.max(1, this.#runs / LOOKED_AT);
    try {
      const outcome = await watched(this.#client, handle, { observer, pause, left: left.signal });
      await cancelling;
      return signal.aborted ? { kind: 'stopped' } : outcome;
    } finally {
      this.#runs -= 1;
      clearTimeout(patience);
      signal.removeEventListener('abort', end);
    }
  }

  async close(): Promise<void> {
    if (!this.#hasLeft) return this.#connection.close();
    // What was asked of the server is still on its way: it keeps a process alive, and crashes it where the SDK asks again through a closed connection.
    setTimeout(() => process.exit(), EXIT_AFTER);
  }

  #started(name: string, input: RunInput): Promise<WorkflowHandle<typeof run>> {
    return this.#client.workflow.start<typeof run>('run', {
      ...{ workflowId: runWorkflowId(this.#build, name), taskQueue: runQueue(this.#build), args: [input] },
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    });
  }

  /** Whether a worker of this kind has asked for stages lately. */
  async #hasWorker(kind: string): Promise<boolean> {
    const { pollers } = await reached(this.#temporal, () =>
      this.#connection.workflowService.describeTaskQueue({
        namespace: this.#temporal.namespace,
        taskQueue: { name: stageQueue(this.#build, kind) },
        taskQueueType: ACTIVITIES,
      }),
    );
    return pollers!.length > 0;
  }

  async #old(name: string): Promise<WorkflowHandle<typeof run> | undefined> {
    const handle = this.#client.workflow.getHandle<typeof run>(runWorkflowId(this.#build, name));
    try {
      await handle.describe();
      return handle;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}

async function watched(
  client: Client,
  handle: WorkflowHandle<typeof run>,
  { observer, pause, left }: Pick<RemoteRun, 'observer'> & { pause: () => number; left: AbortSignal },
): Promise<RemoteOutcome> {
  let outcome: RemoteOutcome | undefined;
  const ended = endOf(handle, () => observer.waiting('server')).then((end) => {
    outcome = end;
  });
  const started = new Set<string>();
  const troubles = new Map<string, string>();
  const tell = (what: string, trouble: string | undefined) => {
    if (trouble !== undefined && troubles.get(what) !== trouble) observer.trouble(what, trouble);
    if (trouble !== undefined) troubles.set(what, trouble);
  };
  const startedAt = Date.now();
  const known = new KnownState(handle);
  let looking: Promise<void> | undefined;
  const look = async () => {
    await known.look();
    looking = undefined;
  };
  while (outcome === undefined) {
    await Promise.race([ended, sleep(pause(), undefined, { signal: left }).catch(() => {})]);
    if (outcome !== undefined) break;
    left.throwIfAborted();
    // A question that a lost worker should answer stays open for seconds; its stages are looked at meanwhile.
    looking ??= look();
    await Promise.race([ended, looking, sleep(ANSWERED_WITHIN)]);
    const { state, trouble } = known;
    tell(LOOK, trouble);
    if (state === undefined) {
      if (Date.now() - startedAt > PATIENCE) observer.waiting('worker');
      continue;
    }
    for (const { name, workflowId } of state.running) {
      if (!started.has(name)) observer.started(name);
      started.add(name);
      const { progress, failure } = await attemptAt(client, workflowId);
      if (progress) observer.progress(name, progress);
      tell(name, failure);
    }
  }
  // The SDK crashes where it asks again through a connection that was closed meanwhile.
  await looking;
  return outcome;
}

/**
 * Waits for the end of a run, also while the server is away.
 * @param away is told of that, each time that it is noticed
 */
async function endOf(handle: WorkflowHandle<typeof run>, away: () => void): Promise<RemoteOutcome> {
  for (;;) {
    try {
      return { kind: 'done', ran: await handle.result() };
    } catch (error) {
      if (!(error instanceof ServiceError)) return outcomeOf(error);
      away();
      await sleep(AGAIN_AFTER);
    }
  }
}

function outcomeOf(error: unknown): RemoteOutcome {
  if (error instanceof WorkflowFailedError) {
    const cause = error.cause instanceof ActivityFailure ? error.cause.cause : error.cause;
    if (cause instanceof ApplicationFailure) return { kind: 'failed', message: cause.message };
    if (cause instanceof CancelledFailure)
      return { kind: 'failed', message: 'the run was stopped; `etude run` goes on with it' };
  }
  return { kind: 'failed', message: `the run ended without a result: ${(error as Error).message}` };
}

/** How far a run is. Only a worker can tell, which costs ten times what a look at the server does, so that one is asked when there is news. */
class KnownState {
  readonly #handle: WorkflowHandle<typeof run>;
  #events = 0;
  /** undefined until a worker has answered */
  state: RunState | undefined;
  /** why no worker has been able to look how far it is */
  trouble: string | undefined;

  constructor(handle: WorkflowHandle<typeof run>) {
    this.#handle = handle;
  }

  async look(): Promise<void> {
    try {
      const { historyLength, raw } = await this.#handle.describe();
      this.trouble = troubleOf(raw.pendingActivities?.[0]?.lastFailure);
      if (historyLength === this.#events) return;
      this.state = await this.#handle.query(stateQuery);
      this.#events = historyLength;
    } catch {
      // The server or the worker is away; the next look may find it.
    }
  }
}

interface Attempt {
  /** from the last sign of life of who runs it */
  readonly progress?: Progress | undefined;
  /** why the attempt before did not end well */
  readonly failure?: string | undefined;
}

/** How the stage of a workflow is doing. */
async function attemptAt(client: Client, workflowId: string): Promise<Attempt> {
  try {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const { state, heartbeatDetails, lastFailure } = raw.pendingActivities?.[0] ?? {};
    const payload = state === RUNNING ? heartbeatDetails?.payloads?.[0] : undefined;
    return {
      progress: payload ? defaultPayloadConverter.fromPayload<SignOfLife>(payload).progress : undefined,
      failure: troubleOf(lastFailure),
    };
  } catch (error) {
    if (error instanceof ServiceError || error instanceof WorkflowNotFoundError) return {};
    throw new ClusterError((error as Error).message, { cause: error });
  }
}

function troubleOf(
  failure: { readonly message?: string | null; readonly timeoutFailureInfo?: unknown } | null | undefined,
): string | undefined {
  if (!failure || failure.message === BUSY) return undefined;
  const { message, timeoutFailureInfo } = failure;
  if (timeoutFailureInfo) return 'no sign of life of its worker came';
  // As the SDK puts it.
  if (message?.startsWith('Worker is shutting down')) return 'its worker was stopped';
  return message ?? 'unknown';
}
