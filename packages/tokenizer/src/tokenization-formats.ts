import { jsonFormat, parseJson } from '@etude/music';
import * as z from 'zod';
import { GRAMMARS, type GrammarSettings } from './grammars/create-grammar.js';

const count = z.int().min(0);
const settings = z.object({
  grammar: z.enum(GRAMMARS),
  /** ticks a quarter note */
  division: z.int().min(1),
  steps: count,
  velocities: z.int().min(1).max(127),
  dynamics: z.int().min(2).max(127).optional(),
  keyToken: z.boolean().optional(),
});
const split = z
  .array(
    z.object({
      tokens: count,
      training: count,
      /** how many copies of it there are, said where pieces are learned in other keys */
      copies: count.optional(),
      /** the other keys in which it and its copies are learned, in semitones; none if left out */
      keys: z.array(z.int()).optional(),
    }),
  )
  .min(1);
const report = z.object({
  /** of all pieces */
  notes: count,
  /** what the grid moved, where there is one */
  grid: z
    .object({
      stepsPerBeat: count,
      events: count,
      moved: count,
      /** ticks a quarter note that the next two are counted in */
      division: z.int().min(1),
      mostTicks: z.number(),
      meanTicks: z.number(),
    })
    .optional(),
  /** what is held out: tokens, and notes that begin in them */
  heldOut: z.object({ tokens: count, notes: count }),
});

/** For each piece how many tokens it has, how many of them, from its beginning, are learned from, and what else is learned of it. */
export type Split = z.output<typeof split>;

/** What `tokenize` found, for people and for measures: no other stage's output depends on it. */
export type TokenizationReport = z.output<typeof report>;

/** What it takes to read tokens, as JSON. */
export const grammarFormat = jsonFormat((value): GrammarSettings => settings.parse(value));

/** Which part of a corpus is learned from, as JSON with a line for each piece. */
export const splitFormat = {
  parse: (bytes: Uint8Array): Split => split.parse(parseJson(bytes)),
  serialize: (parts: Split): string => `[\n${parts.map((part) => `  ${JSON.stringify(part)}`).join(',\n')}\n]\n`,
};

export const tokenizationReportFormat = jsonFormat((value): TokenizationReport => report.parse(value));
