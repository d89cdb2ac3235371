/** Something thrown into a song on purpose. */
export type Disturbance =
  | { readonly kind: 'temperature'; readonly factor: number; readonly tokens: number }
  | { readonly kind: 'notes'; readonly count: number; readonly pick?: StrangeNote | undefined }
  | { readonly kind: 'rest'; readonly ticks: number }
  | { readonly kind: 'theme'; readonly tokens: readonly number[] }
  | { readonly kind: 'state'; readonly scale: number; readonly layers?: readonly number[] | undefined }
  | { readonly kind: 'swap' };

/**
 * A note that nothing leads to: a leap of a fifth or more, a pitch class that has not been heard of late, an instrument that has been silent, or
 * any of the first two.
 */
export type StrangeNote = 'any' | 'leap' | 'pitch' | 'entry';

/** When something is thrown in. */
export interface Noise {
  /** tokens from one disturbance to the next; where `everyTicks` is undefined as well: only where the song goes round in circles */
  readonly every?: number | undefined;
  /** the same in ticks of the song */
  readonly everyTicks?: number | undefined;
  /** tokens before the first one */
  readonly from: number;
  /** in turn */
  readonly disturbances: readonly Disturbance[];
}

export const PRESETS = ['none', 'calm', 'restless', 'wild', 'drift'] as const;
export type NoisePreset = (typeof PRESETS)[number];

/** What the presets throw in. */
export function presetNoise(preset: NoisePreset): Noise | undefined {
  switch (preset) {
    case 'none':
      return undefined;
    case 'calm':
      return { every: 192, from: 96, disturbances: [{ kind: 'temperature', factor: 1.3, tokens: 12 }] };
    case 'restless':
      return {
        ...{ every: 96, from: 64 },
        disturbances: [
          { kind: 'temperature', factor: 1.5, tokens: 16 },
          { kind: 'notes', count: 1 },
          { kind: 'state', scale: 0.5 },
        ],
      };
    case 'wild':
      return {
        ...{ every: 48, from: 32 },
        disturbances: [
          { kind: 'notes', count: 3 },
          { kind: 'state', scale: 1 },
          { kind: 'temperature', factor: 2, tokens: 16 },
          { kind: 'swap' },
        ],
      };
    case 'drift':
      return {
        from: 32,
        disturbances: [
          { kind: 'temperature', factor: 1.6, tokens: 24 },
          { kind: 'state', scale: 1 },
          { kind: 'notes', count: 2 },
          { kind: 'state', scale: 2 },
        ],
      };
  }
}

/** Whether noise comes in any case, and not only where a song goes round in circles. */
export function isScheduled(noise: Noise | undefined): boolean {
  return noise?.every !== undefined || noise?.everyTicks !== undefined;
}

/** Tokens that a turn of a loop has at most. */
const LONGEST_TURN = 160;
/** Shorter loops are looked at this many tokens long: one note repeated a few times is no fault. */
const SHORTEST_LOOP = 24;

/**
 * Whether a song goes round in circles: its end is the same stretch twice, one right after the other.
 * @param tokens of the song so far
 * @param since what was written before this place was dealt with already
 */
export function goesInCircles(tokens: readonly number[], since: number): boolean {
  const length = tokens.length - since;
  for (let turn = 1; turn <= Math.min(LONGEST_TURN, length >> 1); turn++) {
    const wanted = Math.max(turn, SHORTEST_LOOP - turn);
    if (turn + wanted > length) continue;
    let equal = 0;
    while (equal < wanted && tokens[tokens.length - 1 - equal] === tokens[tokens.length - 1 - equal - turn]) equal += 1;
    if (equal >= wanted) return true;
  }
  return false;
}
