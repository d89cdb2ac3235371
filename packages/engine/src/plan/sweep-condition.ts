import * as z from 'zod';
import { suggestion } from '../problem.js';
import { shown } from '../yaml/check-value.js';
import { isMap, type YamlPath } from '../yaml/yaml-file.js';
import { canonicalJson } from './fingerprint.js';

/** Values of parameters, by `stage.parameter`. */
type Values = Readonly<Record<string, unknown>>;

/** What some points have in common: of each parameter a value, a list of values, or a range. */
type Condition = Values;

const rangeSchema = z
  .strictObject({ from: z.number().optional(), to: z.number().optional() })
  .refine(({ from, to }) => from !== undefined || to !== undefined);

/**
 * Whether a point meets a condition, which it does if it has all that the condition says. A range includes its ends; a parameter that
 * the point does not set meets nothing.
 * @example
 * meets({ 'train.units': 512, 'train.layers': 4 }, { 'train.units': { from: 256 }, 'train.layers': [2, 4] }); // true
 */
export function meets(point: Values, condition: Condition): boolean {
  return Object.entries(condition).every(
    ([parameter, expected]) => Object.hasOwn(point, parameter) && fits(point[parameter], expected),
  );
}

function fits(value: unknown, expected: unknown): boolean {
  // A value may itself be a list or a map.
  if (isEqual(value, expected)) return true;
  if (Array.isArray(expected)) return expected.some((each) => fits(value, each));
  const { success, data } = rangeSchema.safeParse(expected);
  return success && typeof value === 'number' && value >= (data.from ?? value) && value <= (data.to ?? value);
}

function isEqual(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/**
 * What is wrong with a condition on these points: it names a parameter that none of them has, or a map that is neither a range nor
 * one of their values. Without this, a misspelled condition would leave out nothing and nobody would notice.
 */
export function conditionProblems(condition: Condition, points: readonly Values[]): ConditionProblem[] {
  const varied = [...new Set(points.flatMap(Object.keys))];
  return Object.entries(condition).flatMap(([parameter, expected]): ConditionProblem[] => {
    if (!varied.includes(parameter)) {
      const message = `the sweep does not vary ${parameter}${suggestion(parameter, varied)}`;
      return [{ path: [parameter], message, at: 'key' }];
    }
    if (!isMap(expected) || rangeSchema.safeParse(expected).success) return [];
    if (points.some((point) => isEqual(point[parameter], expected))) return [];
    const message = `expected a value, a list of values or a range such as { from: 1, to: 2 }, found ${shown(expected)}`;
    return [{ path: [parameter], message, at: 'value' }];
  });
}

interface ConditionProblem {
  readonly path: YamlPath;
  readonly message: string;
  readonly at: 'value' | 'key';
}
