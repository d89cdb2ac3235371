import { defineStage, workspaceFiles } from '@etude/engine';
import { piecesFormat } from '@etude/music';
import {
  grammarFormat,
  PianoRollError,
  pianoRollParams,
  splitFormat,
  tokenizationReportFormat,
  tokenizePianoRolls,
  tokensFormat,
} from '@etude/tokenizer';
import * as z from 'zod';

export const readFrames = defineStage({
  name: 'read-frames',
  version: 4,
  summary: 'Reads a corpus of piano rolls that says itself what to learn from, to validate on and to test on',
  params: z.strictObject({
    source: workspaceFiles(
      z.string().describe('a JSON file: {"train" | "valid" | "test": [piece: [frame: [MIDI pitch]]]}'),
      ['json'],
    ),
    ...pianoRollParams.shape,
  }),
  inputs: {},
  outputs: {
    pieces: piecesFormat,
    tokens: tokensFormat,
    augmented: tokensFormat,
    test: tokensFormat,
    grammar: grammarFormat,
    split: splitFormat,
    tokenization: tokenizationReportFormat,
  },
  errors: [PianoRollError],
  run({ params, files, say }) {
    const { path, bytes } = files.source![0]!;
    return tokenizePianoRolls(path, new TextDecoder().decode(bytes()), params, say);
  },
});
