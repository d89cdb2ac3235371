import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import {
  type Activities,
  joinSignal,
  leaveSignal,
  type StageEnd,
  type StageInput,
  stageEndedSignal,
} from './messages.js';

/**
 * Runs a stage once for all runs that want it, and tells each how it ended. When the last of them has left, the stage is stopped; it keeps a
 * checkpoint.
 */
export async function stage({ fingerprint, task, queue, heartbeatSeconds }: StageInput): Promise<void> {
  const { runStage } = proxyActivities<Pick<Activities, 'runStage'>>({
    taskQueue: queue,
    startToCloseTimeout: '365 days',
    heartbeatTimeout: `${heartbeatSeconds}s`,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // What a machine did is tried again for ever; what the user's input did, never.
    retry: {
      initialInterval: '1s',
      maximumInterval: '30s',
      nonRetryableErrorTypes: ['StageFailed', 'MissingArtifact'],
    },
  });
  const runs = new Set<string>();
  let scope = new CancellationScope();
  setHandler(joinSignal, (run) => void runs.add(run));
  setHandler(leaveSignal, (run) => {
    runs.delete(run);
    if (runs.size === 0) scope.cancel();
  });
  for (;;) {
    scope = new CancellationScope();
    const end = await scope
      .run(async (): Promise<StageEnd> => {
        await runStage(task);
        return { fingerprint };
      })
      .catch((error) => (isCancellation(error) ? undefined : { fingerprint, failure: failureOf(error) }));
    if (end) await tell(runs, end);
    // Somebody may have joined while it was being stopped, or while others were told.
    if (runs.size === 0) return;
  }
}

/** Tells those that wait now. Whoever joins from then on, such as one that has been told and wants the stage again, waits for another execution. */
async function tell(runs: Set<string>, end: StageEnd): Promise<void> {
  for (const run of [...runs]) {
    runs.delete(run);
    // A run that was ended by force hears nothing.
    await getExternalWorkflowHandle(run)
      .signal(stageEndedSignal, end)
      .catch(() => {});
  }
}

function failureOf(error: unknown): NonNullable<StageEnd['failure']> {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const kind = cause instanceof ApplicationFailure && cause.type === 'MissingArtifact' ? 'missing' : 'failed';
  return { kind, message: (cause as Error | undefined)?.message ?? String(error) };
}
