import * as z from 'zod';
import { GRAMMARS } from './grammars/create-grammar.js';

const count = z.int().min(0);
const tokenization = z.object({
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

/** What it takes to read the tokens of a corpus, and how they are shared out. */
export type Tokenization = z.output<typeof tokenization>;

/** A tokenization as JSON, with a line for each piece. */
export const tokenizationFormat = {
  parse: (bytes: Uint8Array): Tokenization => tokenization.parse(JSON.parse(new TextDecoder().decode(bytes))),
  serialize({ parts, ...rest }: Tokenization): string {
    const head = JSON.stringify(rest, undefined, 2).slice(0, -2);
    return `${head},\n  "parts": [\n${parts.map((part) => `    ${JSON.stringify(part)}`).join(',\n')}\n  ]\n}\n`;
  },
};
