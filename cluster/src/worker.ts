import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activitiesOf, type Brain } from './activities.js';
import { connectionOptions, reached, type TemporalPlace } from './connection.js';
import { runQueue, stageQueue } from './queues.js';
import { whenAnswers } from './when-answers.js';

interface WorkerOptions {
  readonly temporal: TemporalPlace;
  readonly build: string;
  readonly brain: Brain;
  /** what computes here */
  readonly kind: string;
  /** stages that run at a time */
  readonly jobs: number;
  /** without a sign of life for so long, another worker runs a stage of this one */
  readonly heartbeatSeconds: number;
  readonly say: (line: string) => void;
  /** ends it: what runs is stopped, and goes on elsewhere from its checkpoint */
  readonly signal: AbortSignal;
}

/** Requests for workflow tasks that are open at a time: one for any run, one for those that this worker knows. */
const POLLS = 2;
/** Milliseconds from one look whether the server answers to the next. */
const SERVER_LOOKED_AT_EVERY = 10_000;
/** Looks at how far runs are; each takes a moment. */
const MOST_LOOKS = 20;

/**
 * Takes stages and runs of one build from a Temporal server until it is stopped; waits for a server that is away.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { temporal, build, kind, jobs, say, signal } = options;
  Runtime.install({
    logger: new DefaultLogger('ERROR', ({ message }) => say(message)),
    // Its own words for a server that is away are many, and none for people.
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }), forward: {} },
    },
    shutdownSignals: [],
  });
  const { address, namespace } = temporal;
  // Who starts a machine does not know whether the server is up already.
  const connect = () => reached(temporal, () => NativeConnection.connect(connectionOptions(temporal)));
  const connection = await whenAnswers(connect, options);
  const client = new Client({ connection, namespace });
  try {
    // Also that its namespace is there.
    await reached(temporal, () => client.workflowService.describeNamespace({ namespace }));
    const activities = activitiesOf({ ...options, client });
    const codePath = fileURLToPath(new URL('workflows.js', import.meta.url));
    const { advance } = activities;
    const common = { connection, namespace, shutdownGraceTime: 0 };
    const workers = [
      await Worker.create({
        ...{ ...common, taskQueue: runQueue(build), workflowBundle: { codePath }, activities: { advance } },
        maxConcurrentLocalActivityExecutions: MOST_LOOKS,
        // A run whose worker was lost is taken on by another one after so long.
        stickyQueueScheduleToStartTimeout: '3s',
        // A server takes so many polls at a time, of all workers together (docs/scale.md).
        maxConcurrentWorkflowTaskPolls: POLLS,
        enableNonLocalActivities: false,
      }),
      ...(await Promise.all(
        // Stages that any machine may run, and those of runs that want this kind.
        [stageQueue(build), stageQueue(build, kind)].map((taskQueue) =>
          Worker.create({
            ...{ ...common, taskQueue, activities },
            maxConcurrentActivityTaskExecutions: jobs,
            maxConcurrentActivityTaskPolls: 1,
          }),
        ),
      )),
    ];
    const stop = () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    signal.addEventListener('abort', stop, { once: true });
    const running = Promise.all(workers.map((worker) => worker.run()));
    say(`ready: build ${build}, ${jobs} stage${jobs === 1 ? '' : 's'} at a time, on ${address}`);
    if (signal.aborted) stop();
    let isAway = false;
    const watch = async () => {
      const answers = await connection.healthService.check({}).then(
        () => true,
        () => false,
      );
      if (answers === isAway)
        say(`the Temporal server ${isAway ? 'answers again' : 'does not answer; waiting for it'}`);
      isAway = !answers;
    };
    const watching = setInterval(() => void watch(), SERVER_LOOKED_AT_EVERY);
    await running.finally(() => clearInterval(watching));
  } finally {
    await connection.close();
  }
}
