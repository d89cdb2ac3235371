import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress, RemoteStages } from '@etude/engine';
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, type ApplicationFailureOptions, CancelledFailure } from '@temporalio/common';
import { runQueue, stageQueue, stageWorkflowId } from './queues.js';
import { type Activities, BUSY, joinSignal, type SignOfLife } from './workflows/messages.js';
import type { stage } from './workflows/stage.js';

/** What the engine does for a worker. */
export type Brain = Pick<RemoteStages, 'advance' | 'run'>;

interface ActivitiesOptions {
  readonly brain: Brain;
  readonly client: Client;
  readonly build: string;
  /** stages that run at a time */
  readonly jobs: number;
  readonly heartbeatSeconds: number;
  readonly say: (line: string) => void;
}

/** Errors whose message is for who runs the experiment, by name, since they come from beside this package. */
const FOR_USER = new Set(['StageError', 'InputError']);
/** A stage that crashed so often, on whatever machines, is at fault itself. */
const MOST_CRASHES = 3;

/** Attempts after which it is no single worker's fault that its store has not what it is asked for. */
const MOST_STORES = 10;
/** Milliseconds in which a worker takes nothing after something was wrong with it or what it can reach: its disk, say. */
const UNWELL_FOR = 30_000;
/** Milliseconds that it keeps what it is handed from the others meanwhile, since it would be handed the next one at once. */
const HELD_FOR = 2000;

/** What a worker does, with a sign of life each second while a stage runs. */
export function activitiesOf({ brain, client, build, jobs, heartbeatSeconds, say }: ActivitiesOptions): Activities {
  let running = 0;
  let unwellUntil = 0;
  let trouble: string | undefined;
  /** Another worker may have what this one has not. */
  const elsewhere = (error: unknown) => {
    const isMissing = (error as Error).name === 'NotInStore';
    if (isMissing && activityInfo().attempt >= MOST_STORES) {
      return ApplicationFailure.nonRetryable((error as Error).message, 'StageFailed');
    }
    const failure = toFailure(error, { nextRetryDelay: '1s' });
    if (!failure.nonRetryable && !isMissing) {
      unwellUntil = Date.now() + UNWELL_FOR;
      say(`takes nothing for ${UNWELL_FOR / 1000} s`);
    }
    return failure;
  };
  const mustBeWell = async () => {
    if (Date.now() >= unwellUntil) return;
    await sleep(HELD_FOR);
    throw ApplicationFailure.create({ type: BUSY, message: BUSY, nextRetryDelay: '1s' });
  };
  return {
    async advance({ plan, verify, run, waitsFor }) {
      const { isLocal } = activityInfo();
      // Where the worker that knows the run could not look.
      if (!isLocal) await mustBeWell();
      const { done, ready, kind } = await brain.advance(plan, verify).catch((error) => {
        const { message } = error as Error;
        // It is tried again soon.
        if (message !== trouble) say(message);
        trouble = message;
        return Promise.reject(isLocal ? toFailure(error) : elsewhere(error));
      });
      trouble = undefined;
      const left = ready.filter(({ fingerprint }) => !waitsFor.includes(fingerprint));
      const joined = await Promise.all(
        left.map(async ({ name, fingerprint, task }) => {
          const workflowId = stageWorkflowId(build, fingerprint, kind);
          await client.workflow.signalWithStart<typeof stage, [string]>('stage', {
            ...{ workflowId, taskQueue: runQueue(build), signal: joinSignal, signalArgs: [run] },
            args: [{ fingerprint, task, heartbeatSeconds, queue: stageQueue(build, kind) }],
          });
          return { name, fingerprint, workflowId };
        }),
      );
      return { done, joined };
    },

    async runStage(task) {
      await mustBeWell();
      // Stages come from two queues. One that would have to wait here may go to a worker that has nothing to do.
      if (running >= jobs) throw ApplicationFailure.create({ type: BUSY, message: BUSY, nextRetryDelay: '2s' });
      running++;
      const signal = cancellationSignal();
      const { attempt, heartbeatDetails } = activityInfo();
      const { crashes = 0 } = (heartbeatDetails as SignOfLife | undefined) ?? {};
      let progress: Progress | undefined;
      const beat = setInterval(() => heartbeat({ progress, crashes } satisfies SignOfLife), 1000);
      let name = 'stage';
      try {
        const ran = await brain.run(task, {
          signal,
          began(what) {
            name = what;
            say(`${name}: attempt ${attempt}`);
          },
          say: (line) => say(`${name}: ${line}`),
          progress(told) {
            progress = told;
          },
        });
        say(`${name}: ${ran ? 'done' : 'was done already'}`);
      } catch (error) {
        say(`${name}: ${signal.aborted ? 'stopped' : (error as Error).message}`);
        if (signal.aborted) throw new CancelledFailure('stopped');
        if ((error as Error).name !== 'StageCrash') throw elsewhere(error);
        // The next attempt, which may be another worker's, is told with the last sign of life of this one.
        heartbeat({ crashes: crashes + 1 } satisfies SignOfLife);
        const message = `${(error as Error).message} (worker on ${hostname()})`;
        throw crashes + 1 < MOST_CRASHES
          ? ApplicationFailure.retryable(message, 'StageCrash')
          : ApplicationFailure.nonRetryable(`${message}; it has failed like this ${MOST_CRASHES} times`, 'StageFailed');
      } finally {
        running--;
        clearInterval(beat);
      }
    },
  };
}

/** An error as Temporal passes it on: what a machine did is tried again, what the user's input did is not. */
function toFailure(error: unknown, retry: Pick<ApplicationFailureOptions, 'nextRetryDelay'> = {}): ApplicationFailure {
  const { name, message } = error as Error;
  if (name === 'MissingArtifact') return ApplicationFailure.nonRetryable(message, 'MissingArtifact');
  if (FOR_USER.has(name)) return ApplicationFailure.nonRetryable(message, 'StageFailed');
  return ApplicationFailure.create({ type: name, message: `${message} (worker on ${hostname()})`, ...retry });
}
