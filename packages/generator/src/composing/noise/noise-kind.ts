import type * as z from 'zod';
import type { Effect, SongSoFar } from '../../sampling/effect.js';

/** What a kind of noise may need to know besides its settings. */
export interface NoiseContext {
  /** of a quarter note and of a bar */
  readonly ticks: { readonly beat: number; readonly bar: number };
  /** how many the model has */
  readonly layers: number;
  /** the tokens of given music by its name */
  readonly themeOf: (name: string) => readonly number[];
}

/** A kind of noise: its settings in YAML, and what it does to a song. */
export interface NoiseKind<S extends z.ZodObject> {
  readonly schema: S;
  /**
   * Prepares it for one model and one grammar.
   * @returns what begins it in a song, each time that it is due
   * @throws {CompositionError} where the settings cannot be met
   */
  prepare(settings: z.output<S>, context: NoiseContext): (song: SongSoFar) => Effect;
}

/**
 * Declares a kind of noise.
 * @example
 * export const silence = noiseKind({
 *   schema: z.strictObject({ kind: z.literal('silence'), tokens: z.int().min(1).describe('for how many tokens') }),
 *   prepare: ({ tokens }) => (song) => {
 *     const until = song.tokens.length + tokens;
 *     return { label: 'silence', isOver: () => song.tokens.length >= until, refuses: (id) => song.noteOf(id) !== undefined };
 *   },
 * });
 */
export function noiseKind<S extends z.ZodObject>(kind: NoiseKind<S>): NoiseKind<S> {
  return kind;
}
