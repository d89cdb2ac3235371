import type { Onset } from '@etude/measures';
import type { NotePlace } from '@etude/tokenizer';
import type * as z from 'zod';
import type { LearnedMusic } from '../learned-music.js';

/** A note that would come next. */
interface NextNote extends Onset {
  /** of General MIDI, where the grammar writes it */
  readonly program?: number;
}

/** A rule about the notes of one song. */
export interface NoteRule {
  readonly name: string;
  /**
   * Whether a note may come next.
   * @param place where it begins; absent in a grammar that does not know it
   */
  allows(note: NextNote, place?: () => NotePlace): boolean;
  /** Hears a note that was written. */
  add?(note: Onset): void;
}

/** What a rule may need to know besides its settings. */
export interface RuleContext {
  /** ticks a quarter note of the song */
  readonly division: number;
  readonly learned: LearnedMusic;
  /** whether rules are told where notes begin */
  readonly hasPlaces: boolean;
}

/** A kind of rule: its parameters in YAML, and the rule that they stand for. */
export interface RuleKind<F extends z.ZodRawShape> {
  readonly fields: F;
  /**
   * Makes the rule of each song; undefined where the settings ask for none.
   * @throws {CompositionError} where there is no such rule for the grammar
   */
  prepare(settings: z.output<z.ZodObject<F>>, context: RuleContext): (() => NoteRule) | undefined;
}

/**
 * Declares a kind of rule.
 * @example
 * export const steps = ruleKind({
 *   fields: { steps: z.int().min(1).optional().describe('how many semitones a melody may move at most') },
 *   prepare: ({ steps }) => steps === undefined ? undefined : () => {
 *     let last: number | undefined;
 *     return {
 *       name: 'steps',
 *       allows: ({ key }) => last === undefined || Math.abs(key - last) <= steps,
 *       add: ({ key }) => { last = key; },
 *     };
 *   },
 * });
 */
export function ruleKind<F extends z.ZodRawShape>(kind: RuleKind<F>): RuleKind<F> {
  return kind;
}
