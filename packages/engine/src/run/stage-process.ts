import { join } from 'node:path';
import type { CachedStage } from '../cache/cache-layout.js';
import { type Artifact, StageCache } from '../cache/stage-cache.js';
import { InputError, StageError } from '../problem.js';
import { type Progress, type Stage, stageOf } from '../stage.js';
import { executeStage, MissingArtifact, type StageTask } from './execute-stage.js';
import { filesOf } from './stage-inputs.js';

/** What the process that runs stages is told. */
export type ToStageProcess =
  | { readonly kind: 'run'; readonly task: StageTask; readonly workspace: string }
  /** to stop, keeping what it can go on from */
  | { readonly kind: 'stop' };

/** What it answers. */
export type FromStageProcess =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'said'; readonly line: string }
  | { readonly kind: 'warning'; readonly message: string }
  /** a checkpoint is in the cache */
  | { readonly kind: 'kept' }
  | { readonly kind: 'done'; readonly cached: CachedStage }
  | { readonly kind: 'missing'; readonly producer: string; readonly artifact: Artifact }
  | { readonly kind: 'failed'; readonly error: PlainError };

/** An error that can be sent. */
interface PlainError {
  readonly message: string;
  /** whether its user needs to read the message and nothing else */
  readonly isForUser: boolean;
  readonly stack?: string | undefined;
  /** of the system: `ENOSPC` */
  readonly code?: string | undefined;
  readonly path?: string | undefined;
}

/**
 * Makes this process one that runs stages for the one that forked it, one at a time, until that one goes away.
 * @example
 * serveStages([upper]); // all that a script has to do that is given to `new StageProcesses`
 */
export function serveStages(stages: readonly Stage[]): void {
  let stop: AbortController | undefined;
  const tell = (message: FromStageProcess) => process.send?.(message);
  process.on('message', async (message: ToStageProcess) => {
    if (message.kind === 'stop') {
      stop?.abort(new Error('interrupted'));
      return;
    }
    stop = new AbortController();
    tell(await answer(message, stages, stop.signal, tell));
  });
  // Whoever waited for the result is gone.
  process.on('disconnect', () => process.exit(1));
  // A terminal sends Ctrl-C to all of its processes; another one may end this one alone. Either way it keeps what it can.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stop?.abort(new Error(`stopped by ${name}`)));
  }
}

async function answer(
  { task, workspace }: ToStageProcess & { kind: 'run' },
  stages: readonly Stage[],
  signal: AbortSignal,
  tell: (message: FromStageProcess) => void,
): Promise<FromStageProcess> {
  try {
    const { present } = task;
    const stage = stageOf(stages, present);
    const warn = (message: string) => tell({ kind: 'warning', message });
    const cache = new StageCache(join(workspace, '.etude', 'cache'), { warn });
    const cached = await executeStage(
      task,
      { stage, cache, files: filesOf(task.files) },
      {
        ...{ signal, warn, start() {} },
        progress: (progress) => tell({ kind: 'progress', progress }),
        say: (line) => tell({ kind: 'said', line }),
        kept: () => tell({ kind: 'kept' }),
      },
    );
    return { kind: 'done', cached };
  } catch (error) {
    if (error instanceof MissingArtifact) {
      return { kind: 'missing', producer: error.producer, artifact: error.artifact };
    }
    return { kind: 'failed', error: toPlain(error) };
  }
}

function toPlain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { message: String(error), isForUser: false };
  const { message, stack, code, path } = error as NodeJS.ErrnoException;
  return { message, isForUser: error instanceof StageError || error instanceof InputError, stack, code, path };
}

/** The error that was sent. */
export function fromPlain({ message, isForUser, stack, code, path }: PlainError): Error {
  const error = isForUser ? new StageError(message) : new Error(message);
  return Object.assign(error, { ...(stack && { stack }), ...(code && { code }), ...(path && { path }) });
}
