import type { Artifact, Plan, RunObserver, RunRecord, StageRecord } from '@etude/engine';
import { plainText } from '@etude/report';
import { describeError } from './fail.js';
import { LiveLines } from './live-lines.js';
import { colours, formatBytes, plainLines } from './print.js';
import { stagesInWords } from './stages-in-words.js';

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
  const lines = new LiveLines({ quiet });
  const nameWidth = Math.max(...plan.stages.map(({ name }) => name.length));
  const say = (line: string) => quiet || lines.print(() => console.log(line));
  const warn = (line: string) => lines.print(() => console.error(line));
  const title = (name: string) => `  ${name.padEnd(nameWidth)}  `;
  return {
    stageStarted: (name, reasons) => lines.begin(name, title(name), colours.dim(plainText(reasons.join(', ')))),
    stageProgress: (name, progress) => lines.progress(name, progress),
    stageSays: (_, line) => say(title('') + colours.dim(plainText(line))),
    stageDone(record) {
      lines.end(record.name);
      if (record.status !== 'failed') say(describeStage(record, nameWidth));
      else
        warn(`${colours.red('✗')} ${record.name.padEnd(nameWidth)}  ${record.interrupted ? 'interrupted' : 'failed'}`);
    },
    waiting: (what, holder) => warn(`waiting for ${plainText(holder)}, which is at work on ${plainText(what)}`),
    warning: (message) => warn(`${colours.yellow('warning')}: ${plainText(message)}`),
    note: warn,
    finished(record, page) {
      const would = record.stages.filter(({ status }) => status === 'would-run').length;
      if (would > 0) say(`${would} of ${record.stages.length} stages would run`);
      else if (record.status === 'done') {
        say(`${stagesInWords(record)}; see ${plainText(page ?? `artifacts/${record.experiment}/`)}`);
      }
    },
    failed: (error) => warn(`${colours.red('error')}: ${plainLines(describeError(error))}`),
  };
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
