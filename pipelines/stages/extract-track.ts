import { ChangedFileError, extractionParams, extractPieces, MUSIC_EXTENSIONS, SourceError } from '@etude/corpus';
import { defineStage, textFormat, workspaceFiles } from '@etude/engine';
import { piecesFormat } from '@etude/music';
import * as z from 'zod';
import { mostThreads } from '../computing/kernels.js';

export const extractTrack = defineStage({
  name: 'extract-track',
  version: 5,
  summary:
    'Takes pieces out of files (MIDI, ABC, MusicXML, Kern, JSON): the tracks, channels and instruments that are asked for',
  params: z.strictObject({
    source: workspaceFiles(
      z
        .union([z.string(), z.array(z.string()).min(1)])
        .describe(
          'the file to learn from (MIDI, ABC, MusicXML, Kern, piano rolls or tunes in JSON: docs/own-music.md); or a folder, a pattern such as music/*.mid, or a list of those',
        ),
      MUSIC_EXTENSIONS,
    ),
    without: workspaceFiles(
      z
        .union([z.string(), z.array(z.string()).min(1)])
        .optional()
        .describe(
          'music that must not be learned from: pieces of the source with 18 notes in a row of it, in any key and rhythm, are left out',
        ),
      MUSIC_EXTENSIONS,
    ),
    ...extractionParams.shape,
  }),
  replaces: {
    'read-frames': {
      source: 'extract-track.source',
      stepsPerBeat: 'extract-track.framesPerBeat and tokenize.grammar.stepsPerBeat',
      transposeToAllKeys: 'tokenize.transposeToAllKeys',
      keyToken: 'tokenize.grammar.keyToken',
    },
  },
  inputs: {},
  outputs: { pieces: piecesFormat, summary: textFormat },
  errors: [ChangedFileError, SourceError],
  run: ({ params, files, ...hooks }) =>
    extractPieces({ source: files.source!, without: files.without }, params, mostThreads(), hooks),
});
