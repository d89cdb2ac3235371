import { jsonFormat } from '@etude/music';
import * as z from 'zod';
import type { SourceMeasures } from './measure-song.js';

const count = z.int().min(0);
const range = z.tuple([z.number(), z.number()]);
const source = z.object({
  halves: z.object({ pitchEntropy: range, intervalEntropy: range, rhythmEntropy: range }),
  novelty: z.object({
    longestRun: z
      .object({
        notes: count,
        seconds: z.number(),
        at: z.number(),
        line: z.string(),
        source: z.object({ piece: count, line: z.string(), note: count }),
      })
      .optional(),
    copiedShare: z.number(),
  }),
});

/** What is normal in the music that songs are learned from, as JSON. */
export const sourceFormat = jsonFormat((value) => source.parse(value) as SourceMeasures);
