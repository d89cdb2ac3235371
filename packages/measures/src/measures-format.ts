import { jsonFormat } from '@etude/music';
import * as z from 'zod';
import type { SongMeasures, SourceMeasures } from './measure-song.js';
import { copiedRun, sourceMeasures } from './source-format.js';

/** How likely the model finds held-out music. */
export interface HeldOutLikelihood {
  readonly natsPerToken: number;
  /** undefined where the held-out music has no notes */
  readonly natsPerNote?: number | undefined;
  readonly tokens: number;
  readonly notes: number;
}

/** What was measured of all songs of an experiment. */
export interface ExperimentMeasures {
  readonly songs: readonly SongMeasures[];
  readonly source: SourceMeasures;
  /** undefined where nothing is held out */
  readonly likelihood?: HeldOutLikelihood | undefined;
}

const count = z.int().min(0);
const song = z.object({
  notes: count,
  seconds: z.number(),
  longestRun: copiedRun.optional(),
  runs: z.array(copiedRun),
  copiedShare: z.number(),
  baseRun: count.optional(),
  repeatedBars: z.number(),
  longestLoop: z.object({ bars: count, times: count, from: count }).optional(),
  stuckNotes: count,
  overlaps: count,
});
const measures = z.object({
  songs: z.array(song),
  source: sourceMeasures,
  likelihood: z
    .object({ natsPerToken: z.number(), natsPerNote: z.number().optional(), tokens: count, notes: count })
    .optional(),
});

/** What was measured of songs, as JSON. */
export const measuresFormat = jsonFormat((value) => measures.parse(value) as ExperimentMeasures);
