// What things cost in the simulation, each with its source. Everything is said per one server and one bucket, so that it can be scaled.

/**
 * Events in the history of a workflow, which follow from cluster/src/workflows/; cluster/src/workflows.test.ts compares them with what Temporal's server
 * writes. A workflow task is three events, an activity with the workflow task after it six, a local activity one (MarkerRecorded).
 */
export const EVENTS = {
  /** WorkflowExecutionStarted with its first task, and WorkflowExecutionCompleted */
  run: 1 + 3 + 1,
  look: 1,
  told: 1 + 3,
  /** started, first task, activity with its task, completed */
  stage: 1 + 3 + 6 + 1,
  /** the signal; with a task where it comes while the stage runs */
  firstJoin: 1,
  laterJoin: 1 + 3,
  /** SignalExternalWorkflowExecutionInitiated, ExternalWorkflowExecutionSignaled; with a task unless several are told at once */
  tell: 2,
  tellTask: 3,
};

/**
 * Writes to Temporal's database: each event or batch of events that changes a workflow is one. A workflow task is two (started, completed), an
 * activity as well; a look is a part of the workflow task that it follows from.
 */
export const WRITES = {
  run: 1 + 2,
  told: 1 + 2,
  /** by the `advance` activity: the signal, which starts the stage if need be, and the task that follows */
  joined: 1 + 2,
  /** its activity, and the task after it */
  stage: 2 + 2,
  tell: 1,
  tellTask: 2,
};

/** Bytes of history, measured with Temporal's development server 1.9.1: a run that waits for five stages has 8,133 in 31 events, a stage of one run 2,785 in 17. */
export const BYTES_AN_EVENT = { run: 8133 / 31, stage: 2785 / 17 };

/** Limits of Temporal: docs.temporal.io, "Workflow Execution limits" and "Self-hosted Temporal Service defaults"; names are of its dynamic configuration. */
export const LIMITS = {
  /** limit.historyCount.error, limit.historySize.error */
  events: 51_200,
  historyBytes: 50 * 2 ** 20,
  /** limit.blobSize.error */
  payloadBytes: 2 * 2 ** 20,
  /** limit.numPendingSignals.error: signals to other workflows that are on their way */
  pendingSignals: 2000,
  /** history.maximumSignalsPerExecution: signals that one workflow gets */
  signals: 10_000,
  /** frontend.namespaceCount: long polls and queries at a time, of each kind, per frontend */
  longPolls: 1200,
  /** frontend.namespaceRPS: requests per frontend */
  requestsPerSecond: 2400,
  /** Amazon S3, "Best practices design patterns": per partition of a bucket, at least */
  gets: 5500,
  puts: 3500,
};

/** The design as it is: cluster/src/ and pipelines/cli/. */
export const DESIGN = {
  /** points of a sweep that a client has on the way: `atATime` in pipelines/cli/cluster/cluster.ts */
  runsAtATime: 200,
  /** seconds from one look of a client at a run to the next: LOOK_EVERY / LOOKED_AT for each run, in cluster/src/client.ts */
  lookEvery: 200 / 8,
  /** seconds from one sign of life of a stage to the next: 0.8 of `--heartbeat`, as Temporal's SDK sends them */
  beatEvery: 12,
  /** points that one run workflow has */
  pointsPerRun: 1,
  /** runs that a stage tells at once that it has ended */
  toldAtOnce: 1,
  /** whether a look leaves out the stages that were done at the one before, and the tasks that it has put */
  remembers: false,
  /** whether a client leaves out files that it has put into the store before */
  putsFilesOnce: true,
};

export const COSTS = {
  /**
   * writes per second: 22 workflows of one activity per second on PostgreSQL and two busy cores, each seven writes
   */
  writesPerSecond: 154,
  /** seconds of a write: such a workflow takes 37 ms if it is alone */
  writeLatency: 0.037 / 7,
  /** of a write: on the same two cores the development server answered 172 queries (through a worker) or 1,360 descriptions per second */
  query: 154 / 172,
  describe: 154 / 1360,
  /** seconds of a request: Amazon S3, "Best practices design patterns", says 100 to 200 ms for small objects */
  storeLatency: 0.1,
  /** bytes per second of one worker or client: assumed */
  bandwidth: 50e6,
};
