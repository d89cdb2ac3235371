import { createHash } from 'node:crypto';
import * as z from 'zod';
import { InputError, type Problem } from '../problem.js';
import { check } from '../yaml/check-value.js';
import { type Experiment, readExperiment, type SweepPoint } from './experiment-file.js';
import { canonicalJson, digestOf } from './fingerprint.js';
import type { PlanRequest } from './plan.js';
import { conditionProblems, meets } from './sweep-condition.js';

/** What rounds of halving have more and more of. */
export const STEPS = 'train.steps';
/** Points of a sweep; more are a mistake. */
const MOST_POINTS = 10_000;
/** Characters of a point's name; what would be longer is named by its digest. */
const LONGEST_NAME = 80;

const parameter = z.string().regex(/^[^.]+(\.[^.]+)+$/, 'expected stage.parameter, such as train.units');
const values = z.array(z.unknown()).min(1);
const range = z.strictObject({
  from: z.number(),
  to: z.number(),
  scale: z
    .enum(['linear', 'log', 'integer'])
    .default('linear')
    .describe('linear; log, where what counts is the ratio; integer, both ends included'),
});
const settings = z.record(parameter, z.unknown());
const grid = z.record(parameter, values);

/** The key `sweep` of an experiment: which values of parameters are tried. */
export const sweepSchema = z.strictObject({
  grid: z
    .union([grid, z.array(grid).min(1)])
    .optional()
    .describe('every combination of values: train.units: [64, 128]; or a list of such grids'),
  list: z.array(settings).min(1).optional().describe('just these: [{ train.units: 64, sample.temperature: 1.1 }]'),
  random: z
    .strictObject({
      draws: z.int().min(1).max(MOST_POINTS).describe('how many points are drawn'),
      seed: z.int().default(1).describe('seed of the draws'),
      over: z
        .record(parameter, z.union([values, range]))
        .describe('by parameter: values of which one is drawn, or { from, to, scale }'),
    })
    .optional()
    .describe('points that are drawn; with more draws those before stay'),
  except: z
    .array(settings)
    .default([])
    .describe('points that are left out: by parameter a value, a list of values, or a range { from, to }'),
  halving: z
    .strictObject({
      from: z.int().min(1).describe('steps of training in the first round'),
      factor: z
        .number()
        .min(2)
        .default(3)
        .describe('of so many points one goes on to the next round, with so many times the steps'),
    })
    .optional()
    .describe('successive halving: only points whose held-out loss is low are trained to their end'),
});
type SweepSettings = z.output<typeof sweepSchema>;
type Grid = z.output<typeof grid>;

/** A sweep of an experiment. */
export interface Sweep {
  readonly points: readonly SweepPoint[];
  /** Li et al., "Hyperband" (2018), section 3: undefined where all points are run to their end */
  readonly halving: { readonly from: number; readonly factor: number } | undefined;
}

/**
 * The sweep of an experiment, each of whose points is to be planned by `makePlan({ ...request, point })`.
 * @returns undefined for an experiment without
 * @throws {InputError} where the sweep is not as it has to be, or two of its points would have one name
 * @example
 * readSweep({ workspace, config: 'experiments/sizes.yaml' })?.points.map(({ name }) => name); // ['units-64', 'units-128']
 */
export function readSweep({
  workspace,
  shipped,
  config,
  set = [],
}: Pick<PlanRequest, 'workspace' | 'shipped' | 'config' | 'set'>): Sweep | undefined {
  const problems: Problem[] = [];
  const experiment = readExperiment(config, { workspace, shipped }, { set }, problems);
  if (experiment === undefined) throw new InputError(problems);
  if (experiment.sweep === undefined) return undefined;
  const settings = settingsOf(experiment, problems);
  const points = settings ? pointsOf(experiment, settings, set, problems) : [];
  if (problems.length > 0) throw new InputError(problems);
  return { points, halving: settings?.halving };
}

function settingsOf(experiment: Experiment, problems: Problem[]): SweepSettings | undefined {
  const { sweep } = experiment;
  const findings = check(sweepSchema, sweep);
  for (const { path, message, at } of findings) {
    problems.push(experiment.problem(['sweep', ...path], `${['sweep', ...path].join('.')}: ${message}`, at));
  }
  return findings.length === 0 ? sweepSchema.parse(sweep) : undefined;
}

function pointsOf(
  experiment: Experiment,
  sweep: SweepSettings,
  set: readonly string[],
  problems: Problem[],
): readonly SweepPoint[] {
  const wrong = (message: string) => void problems.push(experiment.problem(['sweep'], `sweep: ${message}`));
  const kinds = (['grid', 'list', 'random'] as const).filter((kind) => sweep[kind] !== undefined);
  if (kinds.length !== 1) {
    wrong(`expected one of grid, list, random, found ${kinds.length === 0 ? 'none' : kinds.join(' and ')}`);
    return [];
  }
  const drafted = combinations(sweep, wrong);
  for (const [index, condition] of sweep.except.entries()) {
    for (const { path, message, at } of conditionProblems(condition, drafted)) {
      problems.push(experiment.problem(['sweep', 'except', index, ...path], `sweep.except: ${message}`, at));
    }
  }
  const all = drafted.filter((point) => !sweep.except.some((condition) => meets(point, condition)));
  if (all.length > MOST_POINTS) wrong(`expected at most ${MOST_POINTS.toLocaleString('en')} points`);
  if (all.length === 0) wrong('no point is left');
  if (problems.length > 0) return [];
  const varied = new Set(all.flatMap((point) => Object.keys(point)));
  if (sweep.halving && varied.has(STEPS)) wrong(`halving is about ${STEPS}, which the sweep varies`);
  if (problems.length > 0) return [];
  for (const setting of set) {
    const [key] = setting.split('=');
    if (varied.has(key!)) problems.push({ place: `--set ${setting}`, message: `${key} is what the sweep varies` });
  }
  const named = new Map<string, SweepPoint>();
  for (const point of all) {
    const name = nameOf(point, varied);
    const own = Object.entries(point).map(([key, each]) => ({ key, value: each, place: `sweep point ${name}` }));
    named.set(name, { name, settings: own });
  }
  return [...named.values()];
}

function combinations(
  { grid, list, random }: SweepSettings,
  wrong: (message: string) => void,
): Record<string, unknown>[] {
  if (list) return list;
  if (random) return Array.from({ length: random.draws }, (_, index) => drawn(random, index));
  const grids = [grid!].flat();
  const size = (each: Grid) => Object.values(each).reduce((product, { length }) => product * length, 1);
  const count = grids.reduce((sum, each) => sum + size(each), 0);
  if (count > MOST_POINTS) {
    wrong(`expected at most ${MOST_POINTS.toLocaleString('en')} points, found ${count.toLocaleString('en')}`);
    return [];
  }
  return grids.flatMap(combinationsOf);
}

function combinationsOf(grid: Grid): Record<string, unknown>[] {
  return Object.entries(grid).reduce<Record<string, unknown>[]>(
    (points, [key, each]) => points.flatMap((point) => each.map((value) => ({ ...point, [key]: value }))),
    [{}],
  );
}

/** A point that is the same however many are drawn, and whatever other parameters are. */
function drawn({ seed, over }: NonNullable<SweepSettings['random']>, index: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(over).map(([key, from]) => {
      const bytes = createHash('sha256').update(`${seed} ${index} ${key}`).digest();
      const share = bytes.readUIntBE(0, 6) / 2 ** 48;
      return [key, Array.isArray(from) ? from[Math.floor(share * from.length)] : within(from, share)];
    }),
  );
}

function within({ from, to, scale }: z.output<typeof range>, share: number): number {
  if (scale === 'integer') return Math.floor(from + share * (to - from + 1));
  const value = scale === 'log' ? from * (to / from) ** share : from + share * (to - from);
  return Number(value.toPrecision(4));
}

/** Parameters by their last word where no other ends with it, each with its value. */
function nameOf(point: Readonly<Record<string, unknown>>, varied: ReadonlySet<string>): string {
  const last = (key: string) => key.split('.').at(-1)!;
  const parts = Object.entries(point).map(([key, value]) => {
    const isOnly = [...varied].filter((other) => last(other) === last(key)).length === 1;
    return `${isOnly ? last(key) : key}-${typeof value === 'object' ? canonicalJson(value) : String(value)}`;
  });
  const name = parts.join(',');
  const isPlain = name.length <= LONGEST_NAME && /^[\p{L}\d][\p{L}\d,._+-]*$/u.test(name);
  return isPlain ? name : digestOf(canonicalJson(point)!).slice(0, 12);
}
