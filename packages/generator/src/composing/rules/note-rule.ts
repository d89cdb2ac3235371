import type { Onset } from '@etude/measures';
import type * as z from 'zod';

/** A rule about the notes of one song. */
export interface NoteRule {
  readonly name: string;
  /** Whether a note may come next. */
  allows(note: Onset): boolean;
  /** Hears a note that was written. */
  add?(note: Onset): void;
}

/** What a rule may need to know besides its settings. */
export interface RuleContext {
  /** ticks a quarter note of the song */
  readonly division: number;
  /** keys of the music learnt from */
  readonly learnt: ReadonlySet<number>;
}

/** A kind of rule: its parameters in YAML, and the rule that they stand for. */
export interface RuleKind<F extends z.ZodRawShape> {
  readonly fields: F;
  /** Makes the rule of each song; undefined where the settings ask for none. */
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
