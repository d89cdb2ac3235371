import type { Progress } from '@etude/engine';
import { defineQuery, defineSignal } from '@temporalio/workflow';

/** What a stage tells the runs that wait for it. */
export interface StageEnd {
  readonly fingerprint: string;
  /** why it did not end well; an input that is lost has its stage run again */
  readonly failure?: { readonly kind: 'failed' | 'missing'; readonly message: string };
}

/** How far a run is. */
export interface RunState {
  /** names of stages */
  readonly done: readonly string[];
  readonly running: readonly { readonly name: string; readonly workflowId: string }[];
}

/** A run waits for a stage; with its workflow ID. */
export const joinSignal = defineSignal<[string]>('join');
/** A run does not wait any more. */
export const leaveSignal = defineSignal<[string]>('leave');
export const stageEndedSignal = defineSignal<[StageEnd]>('stageEnded');
export const stateQuery = defineQuery<RunState>('state');

export interface RunInput {
  /** SHA-256 of the plan */
  readonly plan: string;
  /** whether artifacts that are there already are read, which finds those that are lost */
  readonly verify: boolean;
}

export interface StageInput {
  readonly fingerprint: string;
  /** SHA-256 of the task */
  readonly task: string;
  /** where its stages are run */
  readonly queue: string;
  /** without a sign of life for so long, a stage is run by another worker */
  readonly heartbeatSeconds: number;
}

/** What a worker says that has got more stages than it runs at a time. */
export const BUSY = 'busy';

/** What a worker that runs a stage tells every second. */
export interface SignOfLife {
  readonly progress?: Progress | undefined;
  /** how often the stage has crashed, in all attempts */
  readonly crashes: number;
}

/** What a run asks for each time that it goes on. */
interface AdvanceInput extends RunInput {
  /** workflow ID of the run */
  readonly run: string;
  /** fingerprints of the stages that it waits for already */
  readonly waitsFor: readonly string[];
}

interface WaitingFor {
  readonly name: string;
  readonly fingerprint: string;
  readonly workflowId: string;
}

/** What workers do for runs. Errors of type `StageFailed` or `MissingArtifact` are not tried again. */
export interface Activities {
  /** Looks how far a run can go, and has the stages run that are ready. */
  advance(input: AdvanceInput): Promise<{
    readonly done: readonly string[];
    /** stages that it has to wait for from now on */
    readonly joined: readonly WaitingFor[];
  }>;
  runStage(task: string): Promise<void>;
}
