import type * as z from 'zod';
import type { Candidates } from './filter.js';
import { minP } from './min-p.js';
import { topK } from './top-k.js';
import { topP } from './top-p.js';
import { typical } from './typical.js';

/** All filters, in the order in which they are applied. */
const FILTERS = [topK, topP, minP, typical] as const;
type AnyFilter = (typeof FILTERS)[number];

type Fields = { [F in AnyFilter as F['name']]: F['schema'] };
export type FilterSettings = { readonly [F in AnyFilter as F['name']]: z.output<F['schema']> };

/** The parameters of all filters. */
export const filterFields = Object.fromEntries(FILTERS.map(({ name, schema }) => [name, schema])) as unknown as Fields;

/** Settings with which every filter leaves everything. */
export const FILTERS_OFF = Object.fromEntries(
  FILTERS.map(({ name, schema }) => [name, schema.parse(undefined)]),
) as FilterSettings;

/** The weights with those of left-out tokens set to 0. What is left in has what it had. */
export function filtered(weights: Float64Array, settings: FilterSettings): Float64Array {
  if (FILTERS.every(({ name }) => settings[name] === FILTERS_OFF[name])) return weights;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const all = [...weights.keys()].filter((id) => weights[id]! > 0);
  let left: readonly number[] = all;
  for (const { name, keep } of FILTERS as unknown as readonly { name: keyof FilterSettings; keep: Keep }[]) {
    left = keep(settings[name], { weights, total, all, left });
  }
  if (left.length === all.length) return weights;
  const stays = new Set(left);
  return weights.map((weight, id) => (stays.has(id) ? weight : 0));
}

type Keep = (setting: unknown, candidates: Candidates) => readonly number[];
