import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { artifactFolder, type Plan, type RunObserver, type RunRecord, StageError } from '@etude/engine';
import { describeError } from './fail.js';

const FILE = 'events.jsonl';
/** Milliseconds from one event of progress to the next, but for those that tell figures. */
const PROGRESS_EVERY = 1000;

interface LoggedRun {
  readonly observer: RunObserver;
  ended(record: RunRecord): void;
}

/**
 * Writes what a run does to `events.jsonl` in its artifact folder, for programs that follow it: a JSON object a line, as it
 * happens; all lines are whole. The file begins anew with the first stage that runs, so that a run in which all is cached leaves the last one's.
 * Where it cannot be written the run goes on without.
 *
 * @param observer hears everything as well
 */
export function logged(plan: Plan, version: string, observer: RunObserver): LoggedRun {
  let file: number | undefined;
  let size = 0;
  let isBroken = false;
  let toldAt = 0;
  const write = (event: string, content: object) => {
    if (isBroken) return;
    try {
      if (file === undefined) {
        const folder = artifactFolder(plan.workspace, plan.experiment);
        mkdirSync(folder, { recursive: true });
        // Whatever stands there is replaced, and a link is not followed.
        rmSync(join(folder, FILE), { force: true });
        file = openSync(join(folder, FILE), 'wx');
        const { experiment, config } = plan;
        write('run', { experiment, config, version, stages: plan.stages.map(({ name }) => name) });
      }
      const line = Buffer.from(`${JSON.stringify({ time: new Date().toISOString(), event, ...content })}\n`);
      const written = writeSync(file, line);
      if (written < line.length) throw new StageError('the disk is full');
      size += written;
    } catch (error) {
      isBroken = true;
      observer.warning?.(`${FILE} cannot be written: ${describeError(error)}`);
      if (file === undefined) return;
      ftruncateSync(file, size);
      closeSync(file);
    }
  };
  const hears: RunObserver = {
    ...observer,
    stageStarted(stage, reasons) {
      write('started', { stage, reasons });
      observer.stageStarted?.(stage, reasons);
    },
    stageProgress(stage, progress) {
      const { done, total, unit, figures } = progress;
      const now = Date.now();
      if (figures !== undefined || done === total || now - toldAt >= PROGRESS_EVERY) {
        toldAt = now;
        write('progress', { stage, done, total, unit, ...figures });
      }
      observer.stageProgress?.(stage, progress);
    },
    stageSays(stage, line) {
      write('said', { stage, line });
      observer.stageSays?.(stage, line);
    },
    stageDone(record) {
      const { name: stage, status, reasons, seconds, outputs } = record;
      if (file !== undefined) write('done', { stage, status, reasons, seconds, outputs });
      observer.stageDone?.(record);
    },
    warning(message) {
      if (file !== undefined) write('warning', { message });
      observer.warning?.(message);
    },
  };
  return {
    observer: hears,
    ended({ status, seconds }) {
      if (file === undefined) return;
      write('ended', { status, seconds });
      if (!isBroken) closeSync(file);
    },
  };
}
