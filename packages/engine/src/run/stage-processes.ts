import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { CachedStage } from '../cache/cache-layout.js';
import { writeWhole } from '../files/whole-file.js';
import { StageCrash } from '../problem.js';
import { type Executor, MissingArtifact, type StageTask, type TaskHooks } from './execute-stage.js';
import { type FromStageProcess, fromPlain, type ToStageProcess } from './stage-process.js';

interface StageProcessesOptions {
  /** a JavaScript module that calls `serveStages` */
  readonly script: string;
  readonly workspace: string;
  /** what messages call `.etude/logs`, where that is not in the workspace of who reads them */
  readonly logs?: string;
  /** stages that run at a time, at most */
  readonly jobs: number;
  /** environment of the processes */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs stages in processes of their own, so many at a time. A process that crashes fails the stage that it was at and nothing else; what it
 * printed is kept in `.etude/logs/`.
 * @example
 * const processes = new StageProcesses({ script, workspace, jobs: 2 });
 * await runPlan(plan, { executor: processes });
 * processes.close();
 */
export class StageProcesses implements Executor {
  readonly #options: StageProcessesOptions;
  readonly #idle: StageProcess[] = [];
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(options: StageProcessesOptions) {
    this.#options = options;
  }

  async execute(task: StageTask, hooks: TaskHooks): Promise<CachedStage> {
    if (this.#running >= this.#options.jobs) await new Promise<void>((turn) => this.#queue.push(turn));
    else this.#running++;
    try {
      hooks.signal.throwIfAborted();
      const child = this.#process();
      hooks.start();
      try {
        return await child.run(task, hooks);
      } finally {
        if (child.isAlive) this.#idle.push(child);
      }
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** One that waits for work, or a new one. */
  #process(): StageProcess {
    for (let child = this.#idle.pop(); child; child = this.#idle.pop()) {
      // It may have been killed while it waited.
      if (child.isAlive) return child;
    }
    return new StageProcess(this.#options);
  }

  /** Ends the processes, which have nothing to do once all runs are over. */
  close(): void {
    for (const child of this.#idle.splice(0)) child.end();
  }
}

const LOGS = join('.etude', 'logs');
/** Characters of what a process prints that are kept. */
const MOST_PRINTED = 1 << 20;

class StageProcess {
  readonly #workspace: string;
  readonly #logs: string;
  readonly #child: ChildProcess;
  #printed = '';
  #hear: (message: FromStageProcess) => void = () => {};
  #ended: (how: string) => void = () => {};
  isAlive = true;

  constructor({ script, workspace, logs = LOGS, env = process.env }: StageProcessesOptions) {
    this.#workspace = workspace;
    this.#logs = logs;
    this.#child = fork(script, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced' });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#printed = (this.#printed + text).slice(-MOST_PRINTED);
      });
    }
    const gone = (how: string) => {
      this.isAlive = false;
      this.#ended(how);
    };
    this.#child.on('message', (message: FromStageProcess) => this.#hear(message));
    this.#child.on('error', (error) => gone(error.message));
    // After all that it printed was read.
    this.#child.on('close', (code, signal) => gone(signal ? `was killed (${signal})` : `ended with exit code ${code}`));
  }

  async run(task: StageTask, { signal, progress, say, warn, kept }: TaskHooks): Promise<CachedStage> {
    this.#printed = '';
    const stop = () => this.#tell({ kind: 'stop' });
    const answered = new Promise<FromStageProcess | { kind: 'gone'; how: string }>((resolve) => {
      this.#ended = (how) => resolve({ kind: 'gone', how });
      this.#hear = (message) => {
        if (message.kind === 'progress') progress(message.progress);
        else if (message.kind === 'said') say(message.line);
        else if (message.kind === 'warning') warn(message.message);
        else if (message.kind === 'kept') kept?.();
        else resolve(message);
      };
    });
    this.#tell({ kind: 'run', task, workspace: this.#workspace });
    signal.addEventListener('abort', stop, { once: true });
    const answer = await answered.finally(() => signal.removeEventListener('abort', stop));
    if (answer.kind === 'done') return answer.cached;
    if (answer.kind === 'missing') throw new MissingArtifact(answer.producer, answer.artifact);
    signal.throwIfAborted();
    if (answer.kind === 'failed') throw fromPlain(answer.error);
    throw await this.#crash(task, (answer as { how: string }).how);
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #tell(message: ToStageProcess): void {
    // One that is gone answers by its end.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  async #crash({ present, origin }: StageTask, how: string): Promise<StageCrash> {
    const log = `${origin.experiment.replaceAll('/', '-')}-${present.name}.log`;
    const kept = await writeWhole(join(this.#workspace, LOGS, log), this.#printed).then(
      () => `; what it printed is in ${join(this.#logs, log)}`,
      () => '',
    );
    const memory = how.includes('SIGKILL') ? ', as systems do that run out of memory' : '';
    return new StageCrash(`the process that ran ${present.name} ${how}${memory}${kept}`);
  }
}
