import * as z from 'zod';
import { PROGRAMS } from './general-midi.js';

/**
 * An instrument of General MIDI: its name, or its number from 0 to 127, which is what comes out.
 * @example
 * instrument.parse('cello'); // 42
 */
export const instrument = z.union([z.int().min(0).max(127), z.string()]).transform((value, context) => {
  if (typeof value === 'number') return value;
  const number = PROGRAMS.indexOf(value.trim().toLowerCase());
  if (number >= 0) return number;
  const message = `unknown instrument "${value}"`;
  context.addIssue({ code: 'custom', message, input: value, params: { valid: PROGRAMS } });
  return z.NEVER;
});
