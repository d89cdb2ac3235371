import { jsonFormat } from '@etude/music';
import * as z from 'zod';
import type { SourceMeasures } from './measure-song.js';

const count = z.int().min(0);
export const copiedRun = z.object({
  notes: count,
  seconds: z.number(),
  at: z.number(),
  line: z.string(),
  source: z.object({ piece: count, line: z.string(), note: count }),
});
export const sourceMeasures = z.object({
  novelty: z.object({ longestRun: copiedRun.optional(), copiedShare: z.number() }),
});

/** What is normal in the music that songs are learned from, as JSON. */
export const sourceFormat = jsonFormat((value) => sourceMeasures.parse(value) as SourceMeasures);
