import type { InputFile } from '@etude/engine';
import { GRAMMARS } from '@etude/tokenizer';
import * as z from 'zod';
import { readArtifact } from './read-artifact.js';

const count = z.int().min(0);
const grammarJson = z.object({
  settings: z.object({
    grammar: z.enum(GRAMMARS),
    /** ticks a quarter note */
    division: z.int().min(1),
    steps: count,
    velocities: z.int().min(1).max(127),
  }),
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
  /** for each piece how many tokens it has, and how many of them, from its beginning, are to be learnt from */
  parts: z.array(z.object({ tokens: count, training: count })).min(1),
});

/** The content of `grammar.json`: what it takes to read the tokens, and how they are shared out. */
export type GrammarJson = z.output<typeof grammarJson>;

export function grammarToJson({ parts, ...rest }: GrammarJson): string {
  const head = JSON.stringify(rest, undefined, 2).slice(0, -2);
  return `${head},\n  "parts": [\n${parts.map((part) => `    ${JSON.stringify(part)}`).join(',\n')}\n  ]\n}\n`;
}

/** @throws {StageError} where the artifact is not of this form */
export function grammarFromJson(file: InputFile): GrammarJson {
  return readArtifact(file, () => grammarJson.parse(JSON.parse(file.text())));
}
