import * as z from 'zod';
import { type Disturbance, type Noise, PRESETS, presetNoise } from '../../sampling/noise.js';
import { CompositionError } from '../composition-error.js';

const disturbance = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('temperature'),
    factor: z.number().positive().describe('what the temperature is multiplied by'),
    tokens: z.int().min(1).describe('for how many tokens'),
  }),
  z.strictObject({
    kind: z.literal('notes'),
    count: z.int().min(1).describe('notes that nothing leads to'),
    pick: z
      .enum(['any', 'leap', 'pitch', 'entry'])
      .default('any')
      .describe('leap: of a fifth or more; pitch: not heard of late; entry: of an instrument that has been silent'),
  }),
  z.strictObject({
    kind: z.literal('rest'),
    beats: z.number().positive().describe('quarter notes without a new note'),
  }),
  z.strictObject({
    kind: z.literal('theme'),
    of: z.string().describe('the name of a file in given'),
    tokens: z.int().min(1).default(32).describe('how much of its beginning, in tokens'),
  }),
  z.strictObject({
    kind: z.literal('state'),
    scale: z.number().positive().describe('noise on the state, in proportion to its size'),
    layers: z.array(z.int().min(0)).optional().describe('of these layers, counted from 0; all if left out'),
  }),
  z.strictObject({ kind: z.literal('swap') }),
]);
const schedule = z.strictObject({
  every: z
    .int()
    .min(1)
    .optional()
    .describe('tokens from one disturbance to the next; left out: only where the song goes round in circles'),
  everyBars: z.number().positive().optional().describe('bars from one disturbance to the next, in place of every'),
  from: z.int().min(0).default(32).describe('tokens before the first one'),
  disturbances: z.array(disturbance).min(1).describe('what is thrown in, in turn'),
});

export const noise = z.union([z.enum(PRESETS), schedule]);
export type NoiseSettings = z.output<typeof noise>;

/** The names of the themes that are thrown in. */
export function themesOf(settings: NoiseSettings): string[] {
  if (typeof settings === 'string') return [];
  return settings.disturbances.flatMap((each) => (each.kind === 'theme' ? each.of : []));
}

export interface NoiseContext {
  /** of a quarter note and of a bar */
  readonly ticks: { readonly beat: number; readonly bar: number };
  /** how many the model has */
  readonly layers: number;
  /** the tokens of a theme by its name */
  readonly themeOf: (name: string) => readonly number[];
}

/**
 * What settings stand for with one grammar and one model.
 * @throws {CompositionError} at a layer that the model does not have
 */
export function noiseOf(settings: NoiseSettings, { ticks, layers, themeOf }: NoiseContext): Noise | undefined {
  if (typeof settings === 'string') return presetNoise(settings);
  const { everyBars, ...rest } = settings;
  const disturbances = settings.disturbances.map((each): Disturbance => {
    const missing = each.kind === 'state' ? each.layers?.find((layer) => layer >= layers) : undefined;
    if (missing !== undefined) {
      throw new CompositionError(`sample.noise disturbs layer ${missing}; the model has ${layers}, counted from 0`);
    }
    if (each.kind === 'rest') return { kind: 'rest', ticks: each.beats * ticks.beat };
    return each.kind === 'theme' ? { kind: 'theme', tokens: themeOf(each.of).slice(0, each.tokens) } : each;
  });
  return { ...rest, disturbances, everyTicks: everyBars === undefined ? undefined : everyBars * ticks.bar };
}
