import type { ObjectStore } from '../shared/object-store.js';
import type { Progress } from '../stage.js';
import type { Executor } from './execute-stage.js';
import type { RunRecord, StageRecord } from './run-record.js';

/** What a run tells while it goes on; all calls are made in the order of events. Several stages may be running at a time. */
export interface RunObserver {
  stageStarted?(name: string, reasons: readonly string[]): void;
  stageProgress?(name: string, progress: Progress): void;
  stageSays?(name: string, line: string): void;
  stageDone?(record: StageRecord): void;
  /** another process holds what this run needs: "process 12 on host box (lock file …)" */
  waiting?(what: string, holder: string): void;
  warning?(message: string): void;
}

export interface SharedOption {
  readonly store: ObjectStore;
  /** tells what computes here; without it nothing that is run here is shared */
  readonly writeAs?: (() => Promise<string>) | undefined;
  /** only what machines of this kind ran counts, also of what is in the cache of this machine */
  readonly kind?: string | undefined;
  /** names of stages that workers ran for this run */
  readonly ran?: ReadonlySet<string> | undefined;
}

export interface RunOptions {
  /** run these stages even if their outputs are in the cache; what follows runs where its inputs have changed */
  readonly again?: readonly string[] | undefined;
  /** only find out what would run */
  readonly dryRun?: boolean;
  /** stops the run: before the next stage, and inside a stage that heeds it */
  readonly signal?: AbortSignal;
  readonly observer?: RunObserver;
  /** runs the stages, side by side where they do not wait for each other; left out: one after the other in this process */
  readonly executor?: Executor | undefined;
  /** where other machines keep what stages wrote */
  readonly shared?: SharedOption | undefined;
  /** versions for `run.json` beside that of Node */
  readonly versions?: Readonly<Record<string, string>>;
}

export interface RunResult {
  readonly record: RunRecord;
  /** why the run did not finish */
  readonly error?: unknown;
}
