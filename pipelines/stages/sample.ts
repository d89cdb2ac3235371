import { defineStage, family, workspaceFiles } from '@etude/engine';
import {
  CompositionError,
  compose,
  renamedSongSettings,
  songSettings,
  traceFormat,
  traceToCsv,
} from '@etude/generator';
import { RunHashes } from '@etude/measures';
import { MIDI_EXTENSIONS } from '@etude/midi-reader';
import { loadModel, ModelError, modelFormat } from '@etude/model';
import { piecesFormat, seed } from '@etude/music';
import { disposeOf } from '@etude/tensorflow';
import {
  createGrammar,
  formatTokens,
  GrammarError,
  grammarFormat,
  songTokensFormat,
  UnknownMusicError,
  vocabularyFormat,
} from '@etude/tokenizer';
import * as z from 'zod';
import { loadKernels } from '../computing/kernels.js';

export const sample = defineStage({
  name: 'sample',
  version: 26,
  summary: 'Writes songs token by token with the trained model',
  params: songSettings.extend({
    given: workspaceFiles(
      z
        .union([z.string(), z.array(z.string()).min(1)])
        .optional()
        .describe(
          'music of your own, in MIDI or ABC: each file is the section, the theme or the voice of its name, such as A.mid',
        ),
      [...MIDI_EXTENSIONS, 'abc'],
    ),
    seed: seed.describe('seed of the draws; each song has a stream of its own'),
  }),
  renamed: renamedSongSettings,
  inputs: {
    model: modelFormat,
    vocabulary: vocabularyFormat,
    grammar: grammarFormat,
    music: piecesFormat,
  },
  outputs: { songs: family(songTokensFormat), traces: family(traceFormat) },
  errors: [CompositionError, GrammarError, ModelError, UnknownMusicError],
  async run({ params: { given: _, ...settings }, inputs, files, signal, progress, say }) {
    const { vocabulary } = inputs;
    const grammar = createGrammar(inputs.grammar);
    const { tf, kernels } = await loadKernels();
    const model = loadModel(tf, inputs.model, vocabulary.entries.length);
    const songs = await compose(
      { tf, kernels, model, vocabulary, grammar, settings: inputs.grammar },
      {
        learned: [...inputs.music],
        base: inputs.model.learnedRuns && new RunHashes(inputs.model.learnedRuns),
        given: files.given ?? [],
      },
      settings,
      { signal, progress, say },
    );
    disposeOf(tf, model.weights);
    return {
      songs: songs.map(({ tokens }) => formatTokens(tokens, grammar)),
      traces: songs.map(({ trace, sections }) => traceToCsv(trace, grammar, sections)),
    };
  },
});
