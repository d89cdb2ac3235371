import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { stagesBeside } from '../queues.js';
import {
  type Activities,
  leaveSignal,
  type RunInput,
  type RunState,
  type StageEnd,
  stageEndedSignal,
  stateQuery,
} from './messages.js';

type Looking = Pick<Activities, 'advance'>;

// Local, since a look takes a moment: it is a part of the workflow task, and costs the server nothing but its result.
const here = proxyLocalActivities<Looking>({
  startToCloseTimeout: '5 minutes',
  // What it has joined has to be known, to be left.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '0.2s', maximumAttempts: 5 },
});

type Waiting = RunState['running'][number];

/**
 * Runs an experiment: looks how far it can go, has stages run, waits for one to end, and looks again. It knows no more than digests, and
 * what it waits for. After a stage has failed it begins no other, and ends when those that run have.
 * @returns names of the stages that workers ran meanwhile
 */
export async function run({ plan, verify }: RunInput): Promise<readonly string[]> {
  const waiting = new Map<string, Waiting>();
  const ran: string[] = [];
  const ended: StageEnd[] = [];
  let done: readonly string[] = [];
  let failure: StageEnd['failure'];
  setHandler(stageEndedSignal, (end) => void ended.push(end));
  setHandler(stateQuery, () => ({ done, running: [...waiting.values()] }));
  try {
    for (;;) {
      if (failure === undefined) {
        const run = workflowInfo().workflowId;
        const step = await advance({ plan, verify, run, waitsFor: [...waiting.keys()] });
        done = step.done;
        for (const { fingerprint, ...stage } of step.joined) waiting.set(fingerprint, stage);
      }
      if (waiting.size === 0) break;
      await condition(() => ended.length > 0);
      for (const end of ended.splice(0)) {
        const stage = waiting.get(end.fingerprint);
        if (stage && end.failure === undefined) ran.push(stage.name);
        waiting.delete(end.fingerprint);
        // What wrote an input that is lost does not count as done any more, and comes up as ready.
        if (end.failure?.kind === 'failed') failure ??= end.failure;
      }
    }
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => leaveAll(waiting));
    throw error;
  }
  if (failure) throw ApplicationFailure.nonRetryable(failure.message, 'StageFailed');
  return ran;
}

/** Looks how far a run can go. Where this worker cannot, having no store, say, any that has room for a stage tries until one can. */
async function advance(input: Parameters<Looking['advance']>[0]): ReturnType<Looking['advance']> {
  try {
    return await here.advance(input);
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    if (isCancellation(error) || (cause instanceof ApplicationFailure && cause.nonRetryable)) throw error;
  }
  const anywhere = proxyActivities<Looking>({
    taskQueue: stagesBeside(workflowInfo().taskQueue),
    startToCloseTimeout: '5 minutes',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumInterval: '1 minute' },
    // Before stages that wait for a worker.
    priority: { priorityKey: 1 },
  });
  return anywhere.advance(input);
}

async function leaveAll(waiting: ReadonlyMap<string, Waiting>): Promise<void> {
  for (const { workflowId } of waiting.values()) {
    // One that has ended needs to be left no more.
    await getExternalWorkflowHandle(workflowId)
      .signal(leaveSignal, workflowInfo().workflowId)
      .catch(() => {});
  }
}
