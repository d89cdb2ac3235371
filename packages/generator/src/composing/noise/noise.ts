import * as z from 'zod';
import { disturbance, KINDS } from './kinds/index.js';
import type { NoiseContext, NoiseKind } from './noise-kind.js';
import { PRESETS } from './presets.js';
import type { Noise } from './schedule.js';

const schedule = z.strictObject({
  every: z
    .number()
    .positive()
    .max(64, 'expected at most 64: noise counts bars, no longer tokens')
    .optional()
    .describe('bars from one disturbance to the next; left out: only where the song is in a loop'),
  from: z.number().min(0).default(1).describe('bars before the first one, of a song or of a section that is written'),
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
  const { every, from, disturbances } = typeof settings === 'string' ? schedule.parse(PRESETS.get(settings)) : settings;
  const { bar } = context.ticks;
  return {
    every: every && every * bar,
    from: from * bar,
    disturbances: disturbances.map((each) => {
      const kind = KINDS[each.kind] as NoiseKind<z.ZodObject>;
      return { kind: each.kind, begin: kind.prepare(each, context) };
    }),
  };
}
