import * as z from 'zod';
import { disturbance, KINDS } from './kinds/index.js';
import type { NoiseContext, NoiseKind } from './noise-kind.js';
import { PRESETS } from './presets.js';
import type { Noise } from './schedule.js';

const schedule = z.strictObject({
  every: z
    .int()
    .min(1)
    .optional()
    .describe('tokens from one disturbance to the next; left out: only where the song is in a loop'),
  everyBars: z.number().positive().optional().describe('bars from one disturbance to the next, in place of every'),
  from: z.int().min(0).default(32).describe('tokens before the first one'),
  disturbances: z.array(disturbance).min(1).describe('what is injected, in turn'),
});

export const noise = z.union([z.enum(['none', ...PRESETS.keys()]), schedule]);
export type NoiseSettings = z.output<typeof noise>;

/** The names of the themes that are injected. */
export function themesOf(settings: NoiseSettings): string[] {
  if (typeof settings === 'string') return [];
  return settings.disturbances.flatMap((each) => (each.kind === 'theme' ? each.of : []));
}

/**
 * What settings stand for with one grammar and one model; undefined for none.
 * @throws {CompositionError} where the model or the given music lacks what they ask for
 */
export function noiseOf(settings: NoiseSettings, context: NoiseContext): Noise | undefined {
  if (settings === 'none') return undefined;
  const { everyBars, disturbances, ...rest } =
    typeof settings === 'string' ? schedule.parse(PRESETS.get(settings)) : settings;
  return {
    ...rest,
    everyTicks: everyBars === undefined ? undefined : everyBars * context.ticks.bar,
    disturbances: disturbances.map((each) => {
      const kind = KINDS[each.kind] as NoiseKind<z.ZodObject>;
      return { kind: each.kind, begin: kind.prepare(each, context) };
    }),
  };
}
