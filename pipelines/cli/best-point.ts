import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  artifactFolder,
  experimentOfPoint,
  InputError,
  isExperimentName,
  type RunRecord,
  readRunRecord,
  runPlan,
  type SweepPoint,
} from '@etude/engine';
import { MEASURES, plainText, type RankedPoint } from '@etude/report';
import { stringify } from 'yaml';
import { SHIPPED } from '../shipped.js';
import type { SweepRanking } from './compare-sweep.js';
import { colours, plainLines, printJson } from './print.js';
import { planFor, schemaLine } from './workspace.js';

interface BestOptions {
  readonly json: boolean;
  /** the name of a file in `experiments/` that the experiment is written to */
  readonly save: string | undefined;
}

/**
 * Tells which point of a sweep is the best by a measure and by how much, and the experiment that is run as it was.
 * @throws {InputError} where no point is, or the experiment cannot be written where it should
 */
export async function tellBest(workspace: string, ranking: SweepRanking, options: BestOptions): Promise<void> {
  const { sweep, by, warnings } = ranking;
  const { best, equals, next } = leader(ranking);
  const file = options.save === undefined ? undefined : fileToSave(workspace, options.save);
  const point = sweep.points.find(({ name }) => name === best.point)!;
  const { experiment, wouldRun } = await experimentOf(workspace, ranking, point, file);
  const comment = `# The point ${plainText(best.point)} of ${sweep.config}.\n`;
  const yaml = comment + stringify(experiment, { lineWidth: 0 });
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, schemaLine(workspace) + yaml, { flag: 'wx' });
  }
  const saved = file && `experiments/${basename(file)}`;
  const value = best.measures[by.name]!;
  const lead = next && next.measures[by.name]! - value;
  if (options.json) {
    const { name: measure } = by;
    const winner = { point: best.point, values: best.values, measure, value, lead, next: next?.point };
    const names = { equals: equals.map((each) => each.point), wouldRun: wouldRun.map(({ name }) => name) };
    printJson({ sweep: sweep.name, ...winner, ...names, experiment, saved, warnings });
    return;
  }
  const names = equals.map((each) => plainText(each.point));
  console.log(`${colours.bold(plainText(best.point))}: ${by.name} ${by.text(value)} (${by.explanation})`);
  if (names.length > 0) console.log(`the same as ${names.join(', ')}`);
  console.log(
    next
      ? `${difference(ranking, lead!)} lower than the next, ${plainText(next.point)}`
      : 'no other point has another value',
  );
  const [first] = wouldRun;
  const again = first && `it cannot be repeated from the cache: ${first.name} would run (${first.reasons.join(', ')})`;
  for (const warning of [...warnings, ...(again ? [again] : [])]) {
    console.log(`${colours.yellow('warning')}: ${plainText(warning)}`);
  }
  if (saved !== undefined) console.log(`saved as ${saved}; etude run ${saved}`);
  console.log(`\n${plainLines(yaml).trimEnd()}`);
}

/** The best point, those that are as good, and the first that is not. */
function leader({ by, ranked, sweep }: SweepRanking) {
  const { name, isLowerBetter } = by;
  const refused = (message: string) => new InputError([{ place: `--best ${name}`, message }]);
  if (!isLowerBetter) {
    const known = MEASURES.filter((measure) => measure.isLowerBetter).map((measure) => measure.name);
    throw refused(`neither low nor high is better; expected one of ${known.join(', ')}`);
  }
  const value = ({ measures }: RankedPoint) => measures[name];
  const [best, ...others] = ranked.filter((point) => value(point) !== undefined);
  if (best === undefined) throw refused(`no point of ${sweep.name} has a value of ${name} (${by.explanation})`);
  const equals = others.filter((point) => value(point) === value(best));
  return { best, equals, next: others[equals.length] };
}

/** A difference as precise as the values, and more where it would be nothing then. */
function difference({ by }: SweepRanking, lead: number): string {
  const text = by.text(lead);
  return /[1-9]/.test(text) ? text : lead.toPrecision(1);
}

/**
 * The experiment of a point as it was run: with what `--set` changed then, or its files said that have changed since.
 * @param file where it is to stand
 */
async function experimentOf(workspace: string, { sweep }: SweepRanking, point: SweepPoint, file: string | undefined) {
  const config = join(workspace, sweep.config);
  const ran = readRunRecord(artifactFolder(workspace, `${sweep.name}/${point.name}`))!;
  const dryRun = async (set: string[]) => (await runPlan(planFor({ config, point, set }), { dryRun: true })).record;
  const changed = differences(ran, await dryRun([]));
  const set = changed.map(({ key, value }) => `${key}=${JSON.stringify(value)}`);
  const experiment = experimentOfPoint({
    ...{ workspace, config, shipped: workspace === SHIPPED ? undefined : SHIPPED },
    settings: [...point.settings, ...changed],
    file: file ?? join(workspace, 'experiments', 'best.yaml'),
  });
  const { stages } = await dryRun(set);
  return { experiment, wouldRun: stages.filter(({ status }) => status !== 'hit') };
}

/** The parameters in which a run differs from what its files say now. */
function differences(ran: RunRecord, now: RunRecord): { key: string; value: unknown }[] {
  return ran.stages.flatMap(({ name, params, files }) => {
    const present = now.stages.find((stage) => stage.name === name);
    if (present === undefined) return [];
    const paths = Object.entries(files).filter(([key, { path }]) => present.files[key]?.path !== path);
    return [
      ...Object.entries(params).filter(([key, value]) => !isDeepStrictEqual(present.params[key], value)),
      ...paths.map(([key, { path }]) => [key, path] as const),
    ].map(([key, value]) => ({ key: `${name}.${key}`, value }));
  });
}

/**
 * The file in `experiments/` that `--save` names.
 * @throws {InputError} where it has another name than an experiment can have, or is there already
 */
function fileToSave(workspace: string, save: string): string {
  const refused = (message: string) => new InputError([{ place: `--save ${save}`, message }]);
  const name = basename(save, extname(save));
  if (basename(save) !== save || !['', '.yaml', '.yml'].includes(extname(save)) || !isExperimentName(name)) {
    throw refused('expected the name of a file in experiments/, such as best.yaml');
  }
  for (const ending of ['.yaml', '.yml']) {
    const place = `experiments/${name}${ending}`;
    if (existsSync(join(workspace, place))) throw refused(`${place} is there already; it is not overwritten`);
  }
  return join(workspace, 'experiments', `${name}${extname(save) || '.yaml'}`);
}
