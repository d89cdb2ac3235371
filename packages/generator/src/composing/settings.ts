import * as z from 'zod';
import { filterFields } from '../sampling/filters/index.js';
import { ending } from './endings/cadence.js';
import { form } from './form/form.js';
import { voice } from './given-voice/given-voice.js';
import { noise } from './noise/noise.js';
import { noteRuleFields } from './rules/note-rules.js';

/** How songs are to be. */
export const songSettings = z.strictObject({
  songs: z.int().min(1).max(1000).default(3).describe('how many songs to write'),
  length: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .describe(
      'tokens of each song, after which it comes to its ending; of a corpus at most, since its songs have an end of their own',
    ),
  bars: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('bars of each song, its upbeat left out; left out: as long as the model or `length` has it'),
  metre: z
    .string()
    .regex(/^[1-9]\d?\/(1|2|4|8|16|32)$/, 'expected a metre such as 6/8')
    .optional()
    .describe('metre of each song, such as 6/8, one of those learned from, in a grammar that begins with it (score)'),
  temperature: z
    .number()
    .min(0)
    .default(1)
    .describe('above 1: more surprising, below 1: safer; 0: always the likeliest'),
  filter: z.strictObject(filterFields).prefault({}).describe('which tokens are drawn from'),
  repetition: z
    .strictObject({
      penalty: z.number().min(1).max(10).default(1).describe('what the logits of recent tokens are divided by'),
      window: z.int().min(1).default(64).describe('how many tokens count as recent'),
      dry: z.number().min(0).max(10).default(0).describe('penalty on continuing a stretch that was there before'),
    })
    .prefault({})
    .describe('what makes tokens less likely that were there before'),
  noise: noise.default('none').describe('what is injected to set a song moving; drift: only where it loops'),
  prime: z.int().min(0).default(0).describe('how many tokens each song takes from the beginning of the first piece'),
  rules: z
    .strictObject({
      copyLimit: z
        .int()
        .min(0)
        .default(8)
        .describe(
          'notes at most that a song may have in a row in common with a piece, in any key and tempo, in its parts and all together; never given up; 0: any number',
        ),
      ...noteRuleFields,
    })
    .prefault({})
    .describe('what the notes of songs have to keep to'),
  takes: z
    .int()
    .min(1)
    .max(100)
    .default(4)
    .describe(
      'how often each song is written; kept is, of the takes with the fewest faults (silent, broken off, a last bar that is not full, an end off the tonic, a last note shorter than most that end the music in its metre, notes beyond the range of their instrument, a stretch of bars played more often in a row than in the music), the one of middling likelihood, since the likeliest repeats itself',
    ),
  form: form.optional().describe('sections and repeats of each song; left out: it goes on for its length'),
  ending: ending
    .default('cadence')
    .describe(
      'how songs end that do not end by themselves: cadence: the dominant, then the tonic for a bar; rest: all notes end with the last bar; cut: behind the last token',
    ),
  voice: voice.optional().describe('a voice of the songs that is given; they end with it'),
});
export type SongSettings = z.output<typeof songSettings>;

/** What parameters were called before, and where they are now. */
export const renamedSongSettings = {
  ...{ topK: 'filter.topK', topP: 'filter.topP', minP: 'filter.minP', typical: 'filter.typical' },
  ...{ repetitionPenalty: 'repetition.penalty', repetitionWindow: 'repetition.window', dry: 'repetition.dry' },
  ...{ copyLimit: 'rules.copyLimit', masks: 'rules', fixed: 'voice', 'noise.everyBars': 'noise.every' },
};
