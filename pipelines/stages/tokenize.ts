import { defineStage } from '@etude/pipeline';
import { formatTokens, toEventText } from '@etude/tokenizer';
import * as z from 'zod';
import { trackFromJson } from './track-json.js';

export const tokenize = defineStage({
  name: 'tokenize',
  version: 1,
  summary: 'Writes the events of a track as text, one token an event',
  params: z.strictObject({}),
  inputs: { track: 'file' },
  outputs: { tokens: 'file' },
  run: ({ inputs }) => ({ tokens: formatTokens(toEventText([...trackFromJson(inputs.track.text()).events])) }),
});
