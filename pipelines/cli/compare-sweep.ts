import { InputError, type Problem, STEPS, suggestion } from '@etude/engine';
import {
  compareExperiments,
  MEASURES,
  type Measure,
  marginalRows,
  markdownTable,
  type PointToRank,
  plainText,
  type RankedPoint,
  rankedPoints,
  rankingRows,
} from '@etude/report';
import { readExperimentFolder } from './experiment-folder.js';
import type { FoundSweep } from './found-sweep.js';
import { formatColumns, printJson } from './print.js';

/** The points of a sweep that are done, ranked. */
export interface SweepRanking {
  readonly sweep: FoundSweep;
  readonly by: Measure;
  readonly ranked: readonly RankedPoint[];
  /** why it may mislead */
  readonly warnings: readonly string[];
}

/**
 * The measure of that name.
 * @param option that names it
 * @throws {InputError} where there is none
 */
export function measureNamed(name: string, option: string): Measure {
  const measure = MEASURES.find((each) => each.name === name);
  if (measure !== undefined) return measure;
  const names = MEASURES.map((each) => each.name);
  throw new InputError([
    { place: `${option} ${name}`, message: `unknown measure "${name}"${suggestion(name, names)}` },
  ]);
}

/** @throws {InputError} where no point is done, or artifacts are not what its run left */
export function rankSweep(workspace: string, sweep: FoundSweep, by: Measure): SweepRanking {
  const { name, config, done } = sweep;
  if (done.length === 0) {
    const message = `no point of the sweep ${name} is done (${othersInWords(sweep)}); etude run ${config} runs them`;
    throw new InputError([{ place: 'compare', message }]);
  }
  const problems: Problem[] = [];
  const read = done.flatMap((point) => readExperimentFolder(workspace, `${name}/${point.name}`, problems));
  if (problems.length > 0) throw new InputError(problems);
  const set = done.flatMap(({ settings }) => settings.map(({ key }) => key));
  const varied = [...new Set([...set, ...(sweep.isHalved ? [STEPS] : [])])];
  const compared = compareExperiments(read);
  const points = done.map((point, index): PointToRank => {
    const own = new Map(point.settings.map(({ key, value }) => [key, value]));
    // A point that does not set a parameter which others do has run with the value that all have in common, or the default.
    const value = (key: string) => (own.has(key) ? own.get(key) : read[index]!.params[key]);
    const values = Object.fromEntries(varied.map((key) => [key, value(key)]));
    return { point: point.name, values, experiment: compared[index]! };
  });
  const isVaried = (key: string) => varied.some((each) => isWithin(key, each) || isWithin(each, key));
  // Points that were stopped early have no stages after training.
  const isEverywhere = (key: string) => read.every(({ params }) => Object.hasOwn(params, key));
  const different = Object.keys(compared[0]!.params).filter((key) => !sweep.isHalved || isEverywhere(key));
  return { sweep, by, ranked: rankedPoints(points, by), warnings: warningsOf(by, different, isVaried) };
}

/** @param different the parameters that are not the same in all points */
function warningsOf(by: Measure, different: readonly string[], isVaried: (key: string) => boolean): string[] {
  const music = different.filter((key) => key.startsWith('extract-track.') || key === 'tokenize.validation');
  const tokens = different.filter((key) => key.startsWith('tokenize.') && !music.includes(key));
  // Some were run before the files changed, or with --set.
  const others = different.filter((key) => !isVaried(key));
  return [
    ...(by.lossPer !== undefined && music.length > 0
      ? [`points differ in ${music.join(', ')}, and so may the music that losses are of; they cannot be compared then`]
      : []),
    ...(by.lossPer === 'token' && tokens.length > 0
      ? [`points differ in ${tokens.join(', ')}, and so may their tokens; compare them by nats-per-note`]
      : []),
    ...(others.length > 0
      ? [`points differ in ${others.join(', ')} as well, which the sweep does not vary; run it again`]
      : []),
  ];
}

/** Whether a parameter is another, or a part of its value. */
function isWithin(key: string, other: string): boolean {
  return key === other || key.startsWith(`${other}.`);
}

/** Prints the ranking as a table, as Markdown or as JSON. */
export function printRanking(ranking: SweepRanking, { markdown, json }: { markdown: boolean; json: boolean }): void {
  const { sweep, by, ranked, warnings } = ranking;
  const names = (points: FoundSweep['points']) => points.map(({ name }) => name);
  if (json) {
    const { failed, unfinished, notRun } = sweep;
    const others = { failed: names(failed), unfinished: names(unfinished), notRun: names(notRun) };
    const { name: measure, isLowerBetter } = by;
    printJson({ sweep: sweep.name, measure, isLowerBetter, points: ranked, ...others, warnings });
    return;
  }
  const rows = rankingRows(ranked, by);
  const marginals = marginalRows(ranked, by);
  const notes = notesOn(ranking);
  if (markdown) {
    process.stdout.write(`${markdownTable(rows)}\n${notes.map(plainText).join('\n\n')}\n`);
    if (marginals.length > 0) process.stdout.write(`\n${markdownTable(marginals)}`);
    return;
  }
  const { shown, hidden } = fitting(rows, process.stdout.columns ?? Number.POSITIVE_INFINITY);
  console.log(formatColumns(shown, (column) => shown[0]![column] !== 'point'));
  if (hidden.length > 0) notes.push(`no room for ${hidden.join(', ')}; --json has all`);
  console.log(`\n${notes.map(plainText).join('\n')}`);
  if (marginals.length > 0) console.log(`\n${formatColumns(marginals, (column) => column > 0)}`);
}

/** What is to be said below the table. */
function notesOn({ sweep, by, ranked, warnings }: SweepRanking): string[] {
  const lower = MEASURES.filter(({ isLowerBetter }) => isLowerBetter).map(({ name }) => name);
  const hasMeasure = ranked.some(({ measures }) => measures[by.name] !== undefined);
  const others = othersInWords(sweep);
  return [
    hasMeasure
      ? `ranked by ${by.name} (${by.explanation}), ${by.isLowerBetter ? 'lower is better' : 'lowest first; neither low nor high is better'}`
      : `no point has a value of ${by.name} (${by.explanation})`,
    `lower is better for ${lower.join(', ')}`,
    `${ranked.length} of ${sweep.points.length} points${others ? `; ${others}` : ''}`,
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** How many points are not done, and why. */
function othersInWords({ failed, unfinished, notRun }: FoundSweep): string {
  const counts = { failed, unfinished, 'not run': notRun };
  return Object.entries(counts)
    .filter(([, { length }]) => length > 0)
    .map(([words, { length }]) => `${length} ${words}`)
    .join(', ');
}

/** As many columns as a terminal has room for, from the left. */
function fitting(rows: readonly string[][], width: number): { shown: string[][]; hidden: string[] } {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  let [count, end] = [0, -2];
  while (count < widths.length && end + 2 + widths[count]! <= width) end += 2 + widths[count++]!;
  const kept = Math.max(1, count);
  return { shown: rows.map((row) => row.slice(0, kept)), hidden: rows[0]!.slice(kept) };
}
