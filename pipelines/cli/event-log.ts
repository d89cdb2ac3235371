import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { artifactFolder, type Plan, type RunObserver, type RunRecord, StageError } from '@etude/engine';
import { describeError } from './fail.js';
import { type RunEvent, withEvents } from './run-events.js';

/** The file in an artifact folder. */
export const EVENT_LOG = 'events.jsonl';
/** Milliseconds from one event of progress to the next, but for those that tell figures. */
const PROGRESS_EVERY = 1000;

interface LoggedRun {
  readonly observer: RunObserver;
  /** @param error why the run did not finish */
  ended(record: RunRecord, error?: unknown): void;
}

/**
 * Writes what a run does to `events.jsonl` in its artifact folder, for programs that follow it: a JSON object a line, as it
 * happens; all lines are whole. The file begins anew with the first stage that runs, so that a run in which all is cached leaves the last one's.
 * Where it cannot be written the run goes on without.
 *
 * @param observer hears everything as well
 */
export function logged(plan: Plan, version: string, observer: RunObserver): LoggedRun {
  const { experiment, config } = plan;
  const file = new EventFile(artifactFolder(plan.workspace, experiment), (message) => observer.warning?.(message));
  let toldAt = 0;
  let hasBegun = false;
  /** what comes before the first stage that runs */
  const before: (readonly [RunEvent, Date])[] = [
    [{ event: 'run', experiment, config, version, stages: plan.stages.map(({ name }) => name) }, new Date()],
  ];
  const hear = (event: RunEvent) => {
    const now = new Date();
    if (event.event === 'progress') {
      const { figures, done, total } = event;
      if (figures === undefined && done < total && now.getTime() - toldAt < PROGRESS_EVERY) return;
      toldAt = now.getTime();
    }
    hasBegun ||= event.event === 'started';
    before.push([event, now]);
    if (hasBegun) for (const [each, time] of before.splice(0)) file.write({ time: time.toISOString(), ...each });
  };
  return {
    observer: withEvents(observer, hear),
    ended({ status, seconds, stages }, error) {
      if (!hasBegun) return;
      if (status === 'done') hear({ event: 'ended', status, seconds });
      else if (stages.some(({ interrupted }) => interrupted)) hear({ event: 'ended', status: 'interrupted', seconds });
      else hear({ event: 'ended', status: 'failed', seconds, error: describeError(error) });
      file.close();
    },
  };
}

/** A file of a JSON value a line, which is begun anew with the first; none follows one that could not be written whole. */
class EventFile {
  readonly #folder: string;
  readonly #warn: (message: string) => void;
  #file: number | undefined;
  #size = 0;
  #isClosed = false;

  constructor(folder: string, warn: (message: string) => void) {
    this.#folder = folder;
    this.#warn = warn;
  }

  write(value: object): void {
    if (this.#isClosed) return;
    try {
      this.#file ??= this.#begun();
      const line = Buffer.from(`${JSON.stringify(value)}\n`);
      const written = writeSync(this.#file, line);
      if (written < line.length) throw new StageError('the disk is full');
      this.#size += written;
    } catch (error) {
      this.#warn(`${EVENT_LOG} cannot be written: ${describeError(error)}`);
      if (this.#file !== undefined) ftruncateSync(this.#file, this.#size);
      this.close();
    }
  }

  close(): void {
    if (this.#file !== undefined && !this.#isClosed) closeSync(this.#file);
    this.#isClosed = true;
  }

  #begun(): number {
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, EVENT_LOG);
    // Whatever stands there is replaced, and a link is not followed.
    rmSync(path, { force: true });
    return openSync(path, 'wx');
  }
}
