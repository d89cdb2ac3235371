import type * as z from 'zod';

/** Tokens that are left to draw from, with their weights. */
export interface Candidates {
  /** of all tokens, in proportion to their probability after temperature, penalties and rules of the grammar (V) */
  readonly weights: Float64Array;
  /** the sum of all weights, before any filter */
  readonly total: number;
  /** tokens of a weight above 0, before any filter */
  readonly all: readonly number[];
  /** those that the filters before this one have left */
  readonly left: readonly number[];
}

/** A filter of the distribution: its parameter in YAML, and which tokens it leaves. */
export interface Filter<N extends string, S extends z.ZodType> {
  readonly name: N;
  readonly schema: S;
  /** The tokens that stay. */
  keep(setting: z.output<S>, candidates: Candidates): readonly number[];
}

/**
 * Declares a filter. Its default must leave everything.
 * @example
 * export const notTheTop = filter({
 *   name: 'notTheTop',
 *   schema: z.boolean().default(false).describe('leave out the likeliest token'),
 *   keep: (isOn, { weights, left }) => (isOn && left.length > 1 ? byWeight(left, weights).slice(1) : left),
 * });
 */
export function filter<const N extends string, S extends z.ZodType>(declared: Filter<N, S>): Filter<N, S> {
  return declared;
}

/** Likeliest first. */
export function byWeight(ids: readonly number[], weights: Float64Array): number[] {
  return [...ids].sort((a, b) => weights[b]! - weights[a]! || a - b);
}

/** The first of some tokens that have a share of the probability together; at least one. */
export function firstOf(ids: readonly number[], share: number, { weights, total }: Candidates): number[] {
  let left = share * total;
  const kept: number[] = [];
  for (const id of ids) {
    if (left <= 0 && kept.length > 0) break;
    kept.push(id);
    left -= weights[id]!;
  }
  return kept;
}
