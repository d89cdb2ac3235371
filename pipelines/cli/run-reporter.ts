import type { Artifact, Plan, Progress, RunObserver, RunRecord, StageRecord } from '@etude/engine';
import { plainText } from '@etude/report';
import { describeError } from './fail.js';
import { colours, formatBytes, formatTime, plainLines } from './print.js';

/** Seconds from one line of progress to the next where the output is not a terminal. */
const LINE_EVERY = 10;
const BAR_WIDTH = 16;
/** Milliseconds from one drawing of the bar to the next. */
const DRAW_EVERY = 100;

export interface RunReporter extends RunObserver {
  note(line: string): void;
  /** @param page the path of the page that shows the results */
  finished(record: RunRecord, page?: string): void;
  failed(error: unknown): void;
}

/**
 * Tells a person what a run does: a line a stage, a live bar on a terminal, a line now and then elsewhere.
 * Lines go to standard output; warnings and errors to standard error.
 *
 * @param quiet leave standard output alone, for `--json`
 */
export function runReporter(
  plan: { readonly stages: readonly Pick<Plan['stages'][number], 'name'>[] },
  { quiet }: { quiet: boolean },
): RunReporter {
  const live = process.stdout.isTTY === true && !quiet;
  const nameWidth = Math.max(...plan.stages.map(({ name }) => name.length));
  /** what the stage told first of its progress, and when */
  let first: { readonly done: number; readonly at: number } | undefined;
  let shownAt = 0;
  let barIsDrawn = false;

  const clearBar = () => {
    if (barIsDrawn) process.stdout.write('\r\x1b[2K');
    barIsDrawn = false;
  };
  const say = (line: string) => {
    if (quiet) return;
    clearBar();
    console.log(line);
  };
  const warn = (line: string) => {
    clearBar();
    console.error(line);
  };
  const indented = (line: string) => `  ${' '.repeat(nameWidth)}  ${line}`;

  return {
    stageStarted(name, reasons) {
      shownAt = Date.now();
      first = undefined;
      if (live) drawBar(`  ${name.padEnd(nameWidth)}  ${colours.dim(plainText(reasons.join(', ')))}`);
    },
    stageProgress(name, progress) {
      const now = Date.now();
      // Work that goes on where it was stopped is not done again: what comes first says nothing of how fast it is.
      first ??= { done: progress.done, at: now };
      const last = progress.done === progress.total;
      if (now - shownAt < (live ? DRAW_EVERY : LINE_EVERY * 1000) && !(live && last)) return;
      shownAt = now;
      const perSecond = (1000 * (progress.done - first.done)) / (now - first.at);
      const line = `  ${name.padEnd(nameWidth)}  ${describeProgress(progress, perSecond, live)}`;
      if (live) drawBar(line);
      else say(line);
    },
    stageSays: (_, line) => say(indented(colours.dim(plainText(line)))),
    stageDone(record) {
      if (record.status !== 'failed') say(describeStage(record, nameWidth));
      else
        warn(`${colours.red('✗')} ${record.name.padEnd(nameWidth)}  ${record.interrupted ? 'interrupted' : 'failed'}`);
    },
    waiting: (what, holder) => warn(`waiting for ${plainText(holder)}, which is at work on ${plainText(what)}`),
    warning: (message) => warn(`${colours.yellow('warning')}: ${plainText(message)}`),
    note: warn,
    finished(record, page) {
      const count = (status: string) => record.stages.filter((stage) => stage.status === status).length;
      const would = count('would-run');
      if (would > 0) say(`${would} of ${record.stages.length} stages would run`);
      else if (record.status === 'done') {
        say(
          `${count('ran')} of ${record.stages.length} stages ran in ${formatTime(record.seconds)}; see ${plainText(page ?? `artifacts/${record.experiment}/`)}`,
        );
      }
    },
    failed: (error) => warn(`${colours.red('error')}: ${plainLines(describeError(error))}`),
  };

  function drawBar(line: string): void {
    // A line that wraps could not be cleared again.
    process.stdout.write(`\r\x1b[2K${truncate(line, process.stdout.columns ?? 80)}`);
    barIsDrawn = true;
  }
}

function describeProgress({ done, total, unit, detail }: Progress, perSecond: number, withBar: boolean): string {
  const share = done / total;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = withBar ? `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ` : '';
  const left = perSecond > 0 ? `, ${formatTime((total - done) / perSecond)} left` : '';
  return `${bar}${done.toLocaleString('en')}/${total.toLocaleString('en')} ${unit}${detail ? `, ${plainText(detail)}` : ''}${left}`;
}

function describeStage({ name, status, reasons, seconds, outputs }: StageRecord, nameWidth: number): string {
  const sign = status === 'ran' ? colours.green('●') : status === 'hit' ? colours.dim('○') : colours.cyan('◌');
  const word = { ran: 'ran', hit: 'hit', 'would-run': 'would run', failed: 'failed', skipped: 'skipped' }[status];
  const time = status === 'would-run' ? '' : ` ${seconds.toFixed(1)} s`;
  const why = reasons.length === 0 ? '' : ` (${plainText(reasons.join(', '))})`;
  const wrote = outputs.length === 0 ? '' : ` → ${plainText(describeOutputs(outputs))}`;
  return `${sign} ${name.padEnd(nameWidth)}  ${word}${colours.dim(why)}${time}${wrote}`;
}

/** "model.safetensors 2.1 MB, learning-curve.csv 900 B", a family as "song-1.mid … song-8.mid 40 kB" */
function describeOutputs(outputs: readonly Artifact[]): string {
  // Node 20 lacks Map.groupBy.
  const families = new Map<string, Artifact[]>();
  for (const artifact of outputs) {
    const family = artifact.path.replace(/\d+/, '*');
    families.set(family, [...(families.get(family) ?? []), artifact]);
  }
  return [...families.values()]
    .map((family) => {
      const bytes = formatBytes(family.reduce((sum, artifact) => sum + artifact.bytes, 0));
      return family.length < 3
        ? family.map(({ path, bytes: own }) => `${path} ${formatBytes(own)}`).join(', ')
        : `${family[0]!.path} … ${family.at(-1)!.path} ${bytes}`;
    })
    .join(', ');
}

/** Cuts a line to a number of columns, colour codes not counted. */
function truncate(line: string, columns: number): string {
  const parts = line.split(/(\x1b\[[0-9;]*m)/);
  let left = columns - 1;
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const kept = [...part].slice(0, left).join('');
      left -= kept.length;
      return kept;
    })
    .join('');
}
