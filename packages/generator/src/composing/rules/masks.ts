import * as z from 'zod';
import { chords } from './kinds/chords.js';
import { density } from './kinds/density.js';
import { range } from './kinds/range.js';
import { scale } from './kinds/scale.js';
import type { NoteRule, RuleContext } from './note-rule.js';

export const masks = z.strictObject({ ...range.fields, ...scale.fields, ...chords.fields, ...density.fields });
type Masks = z.output<typeof masks>;

/** The rules that masks stand for, made for each song, in the order in which they are given up. */
export function maskRules(wanted: Masks, context: RuleContext): () => readonly NoteRule[] {
  const rules = [density, chords, scale, range].flatMap((kind) => kind.prepare(wanted, context) ?? []);
  return () => rules.map((rule) => rule());
}
