import type { ComparedExperiment } from './compare.js';
import { MEASURES, type Measure } from './measures-to-rank.js';

/** A point of a sweep, with what its run left. */
export interface PointToRank {
  readonly point: string;
  /** of the parameters that the sweep varies, by `stage.parameter` */
  readonly values: Readonly<Record<string, unknown>>;
  readonly experiment: ComparedExperiment;
}

/** A point among others. */
export interface RankedPoint {
  readonly point: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** by the name of a measure; undefined where it was not measured */
  readonly measures: Readonly<Record<string, number | undefined>>;
}

/**
 * Points in the order of a measure, the lowest value first; those without a value come last.
 * @example
 * rankedPoints(points, MEASURES[0]).map(({ point }) => point); // ['units-128', 'units-64']
 */
export function rankedPoints(points: readonly PointToRank[], { name }: Measure): RankedPoint[] {
  return points
    .map(({ point, values, experiment }) => ({
      ...{ point, values },
      measures: Object.fromEntries(MEASURES.map((measure) => [measure.name, measure.of(experiment)])),
    }))
    .sort((a, b) => {
      const [x, y] = [a.measures[name], b.measures[name]];
      if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
      return x - y;
    });
}

/**
 * Ranked points as rows of cells: the values that were varied, the measure of the ranking, the other measures that any point has, and
 * what the point is called.
 * @example
 * rankingRows(rankedPoints(points, MEASURES[0]), MEASURES[0])[0]; // ['train.units', 'validation', 'training-time', …, 'point']
 */
export function rankingRows(ranked: readonly RankedPoint[], by: Measure): string[][] {
  const parameters = parametersOf(ranked);
  const known = MEASURES.filter(({ name }) => ranked.some(({ measures }) => measures[name] !== undefined));
  const measures = [by, ...known.filter(({ name }) => name !== by.name)];
  return [
    [...parameters, ...measures.map(({ name }) => name), 'point'],
    ...ranked.map(({ point, values, measures: measured }) => [
      ...parameters.map((parameter) => valueInWords(values[parameter])),
      ...measures.map(({ name, text }) => (measured[name] === undefined ? '–' : text(measured[name]))),
      point,
    ]),
  ];
}

/**
 * What a measure is for each value of a parameter, whatever the other parameters are: mean and lowest. Parameters most of whose
 * values only one point has, as where they are drawn from a range, are left out.
 * @example
 * marginalRows(rankedPoints(points, MEASURES[0]), MEASURES[0])[1]; // ['train.units', '64', '2', '2.345', '2.300']
 */
export function marginalRows(ranked: readonly RankedPoint[], { name, isLowerBetter, text }: Measure): string[][] {
  const measured = ranked.filter(({ measures }) => measures[name] !== undefined);
  const rows = parametersOf(ranked).flatMap((parameter) => {
    const groups = new Map<string, { readonly value: unknown; readonly numbers: number[] }>();
    for (const { values, measures } of measured) {
      const value = values[parameter];
      const group = groups.get(valueInWords(value)) ?? { value, numbers: [] };
      group.numbers.push(measures[name]!);
      groups.set(valueInWords(value), group);
    }
    const all = [...groups.values()];
    const several = all.filter(({ numbers }) => numbers.length > 1);
    if (all.length < 2 || 2 * several.length < all.length) return [];
    return all
      .sort((a, b) => compareValues(a.value, b.value))
      .map(({ value, numbers }) => {
        const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
        return [parameter, valueInWords(value), `${numbers.length}`, text(mean), text(Math.min(...numbers))];
      });
  });
  return rows.length === 0
    ? []
    : [['parameter', 'value', 'points', `mean ${name}`, isLowerBetter ? 'best' : 'lowest'], ...rows];
}

/** The parameters that points vary, in the order in which they are named. */
function parametersOf(ranked: readonly RankedPoint[]): string[] {
  return [...new Set(ranked.flatMap(({ values }) => Object.keys(values)))];
}

function compareValues(a: unknown, b: unknown): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : valueInWords(a).localeCompare(valueInWords(b), 'en');
}

/** A value as a table shows it. */
function valueInWords(value: unknown): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
