import * as z from 'zod';
import { chords } from './kinds/chords.js';
import { density } from './kinds/density.js';
import { harmony } from './kinds/harmony.js';
import { instrumentRanges } from './kinds/instrument-ranges.js';
import { parallels } from './kinds/parallels.js';
import { range } from './kinds/range.js';
import { scale } from './kinds/scale.js';
import type { NoteRule, RuleContext } from './note-rule.js';

/** What the notes of songs have to keep to, by the name of each rule in YAML. */
export const noteRuleFields = {
  ...range.fields,
  ...instrumentRanges.fields,
  ...scale.fields,
  ...harmony.fields,
  ...chords.fields,
  ...parallels.fields,
  ...density.fields,
};
const fields = z.strictObject(noteRuleFields);

/** The rules that are wanted, made for each song, in the order in which they are given up. */
export function noteRules(wanted: z.output<typeof fields>, context: RuleContext): () => readonly NoteRule[] {
  const rules = [density, parallels, chords, harmony, scale, instrumentRanges, range].flatMap(
    (kind) => kind.prepare(wanted, context) ?? [],
  );
  return () => rules.map((rule) => rule());
}
