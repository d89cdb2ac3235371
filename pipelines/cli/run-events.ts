import type { Artifact, Progress, RunObserver, StageRecord } from '@etude/engine';

/** What happens in a run: a line of `events.jsonl` each, and what a page that watches is told. */
export type RunEvent =
  | {
      readonly event: 'run';
      readonly experiment: string;
      readonly config: string;
      readonly version: string;
      readonly stages: readonly string[];
    }
  | { readonly event: 'started'; readonly stage: string; readonly reasons: readonly string[] }
  | ({ readonly event: 'progress'; readonly stage: string } & Progress)
  | { readonly event: 'said'; readonly stage: string; readonly line: string }
  | {
      readonly event: 'done';
      readonly stage: string;
      readonly status: StageRecord['status'];
      readonly reasons: readonly string[];
      readonly seconds: number;
      readonly outputs: readonly Artifact[];
    }
  | { readonly event: 'warning'; readonly message: string }
  | {
      readonly event: 'ended';
      readonly status: 'done' | 'failed' | 'interrupted';
      readonly seconds: number;
      /** why it did not finish */
      readonly error?: string | undefined;
    };

/** An observer that passes on all that it hears, and makes events of it. */
export function withEvents(observer: RunObserver, hear: (event: RunEvent) => void): RunObserver {
  return {
    ...observer,
    stageStarted(stage, reasons) {
      hear({ event: 'started', stage, reasons });
      observer.stageStarted?.(stage, reasons);
    },
    stageProgress(stage, progress) {
      hear({ event: 'progress', stage, ...progress });
      observer.stageProgress?.(stage, progress);
    },
    stageSays(stage, line) {
      hear({ event: 'said', stage, line });
      observer.stageSays?.(stage, line);
    },
    stageDone(record) {
      const { name: stage, status, reasons, seconds, outputs } = record;
      hear({ event: 'done', stage, status, reasons, seconds, outputs });
      observer.stageDone?.(record);
    },
    warning(message) {
      hear({ event: 'warning', message });
      observer.warning?.(message);
    },
  };
}
