import {
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type Activities,
  leaveSignal,
  type RunInput,
  type StageEnd,
  stageEndedSignal,
  stateQuery,
} from './messages.js';

const { advance, join } = proxyActivities<Pick<Activities, 'advance' | 'join'>>({
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '0.2s', maximumInterval: '10s', nonRetryableErrorTypes: ['StageFailed'] },
});

interface Waiting {
  readonly name: string;
  readonly workflowId: string;
}

/**
 * Runs an experiment: looks how far it can go, has stages run, waits for one to end, and looks again. It knows no more than digests, and
 * what it waits for. After a stage has failed it begins no other, and ends when those that run have.
 */
export async function run({ plan, verify }: RunInput): Promise<void> {
  const waiting = new Map<string, Waiting>();
  const ended: StageEnd[] = [];
  let done: readonly string[] = [];
  let failure: StageEnd['failure'];
  setHandler(stageEndedSignal, (end) => void ended.push(end));
  setHandler(stateQuery, () => ({ done, running: [...waiting.values()] }));
  try {
    for (;;) {
      if (failure === undefined) {
        const step = await advance({ plan, verify });
        done = step.done;
        for (const { name, fingerprint, task } of step.ready) {
          if (waiting.has(fingerprint)) continue;
          const workflowId = await join({ fingerprint, task, run: workflowInfo().workflowId });
          waiting.set(fingerprint, { name, workflowId });
        }
      }
      if (waiting.size === 0) break;
      await condition(() => ended.length > 0);
      for (const end of ended.splice(0)) {
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
}

async function leaveAll(waiting: ReadonlyMap<string, Waiting>): Promise<void> {
  for (const { workflowId } of waiting.values()) {
    // One that has ended needs to be left no more.
    await getExternalWorkflowHandle(workflowId)
      .signal(leaveSignal, workflowInfo().workflowId)
      .catch(() => {});
  }
}
