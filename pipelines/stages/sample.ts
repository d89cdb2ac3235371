import { defineStage, StageError, workspaceFiles } from '@etude/engine';
import { CopyIndex, entropiesOfHalves, halvesOf, notesOnGrid, pitchesOf } from '@etude/measures';
import { MIDI_EXTENSIONS } from '@etude/midi-reader';
import { notesOf, type Piece } from '@etude/music';
import { createGrammar, END_OF_PIECE, formatTokens, type Grammar, readPieces } from '@etude/tokenizer';
import * as z from 'zod';
import { fitTokens } from './fit-tokens.js';
import { fixed, fixedVoice } from './fixed-voice.js';
import { grammarFromJson } from './grammar-json.js';
import { loadKernels } from './kernels.js';
import { learntPieces } from './learnt-pieces.js';
import { noise, noiseOf, themesOf } from './noise-settings.js';
import { maskRules, masks } from './note-masks.js';
import { readModelArtifact } from './read-artifact.js';
import { seed } from './seed.js';
import { cadenceOf, ending as endings } from './song-ending.js';
import { form, givenSections, sectionsOf, ticksOfBar, writeForm } from './song-form.js';
import { type StyleSource, songOptions } from './song-rules.js';
import { type Song, SongWriter, type TraceRow } from './song-writer.js';
import { vocabularyFromJson } from './vocabulary-json.js';

export const sample = defineStage({
  name: 'sample',
  version: 13,
  summary: 'Writes songs token by token with the trained model',
  params: z.strictObject({
    songs: z.int().min(1).max(1000).default(3).describe('how many songs to write'),
    length: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(1000)
      .describe(
        'tokens of each song, after which it comes to its ending; of a corpus at most, since its songs have an end of their own',
      ),
    temperature: z
      .number()
      .min(0)
      .default(1)
      .describe('above 1: more surprising, below 1: safer; 0: always the likeliest'),
    topK: z.int().min(0).default(0).describe('draw from this many of the likeliest tokens; 0: from all'),
    topP: z.number().gt(0).max(1).default(1).describe('draw from the likeliest tokens that have this share together'),
    minP: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('draw from tokens at least this share as likely as the likeliest'),
    typical: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe('draw from the tokens of this share together whose surprise is nearest to what is expected'),
    repetitionPenalty: z.number().min(1).max(10).default(1).describe('what tokens of late lose in their logits'),
    repetitionWindow: z.int().min(1).default(64).describe('how many tokens are of late'),
    dry: z.number().min(0).max(10).default(0).describe('penalty on going on with a stretch that was there before'),
    noise: noise
      .default('none')
      .describe('what is thrown in to set a song moving; drift: only where it goes round in circles'),
    prime: z.int().min(0).default(0).describe('how many tokens each song takes from the beginning of the first piece'),
    copyLimit: z
      .int()
      .min(0)
      .default(8)
      .describe(
        'notes in a row at most that a song may have in common with a piece, in any key and tempo; 0: any number',
      ),
    masks: masks.prefault({}).describe('what the notes of songs have to keep to'),
    balance: z
      .number()
      .min(0)
      .max(2)
      .default(1)
      .describe(
        'how closely a song keeps to the shares of pitches, intervals, rhythms and lengths of one half of the piece it was learnt from; a corpus has none',
      ),
    takes: z
      .int()
      .min(1)
      .max(100)
      .default(8)
      .describe(
        'how often each song is written; kept is the take that is most like the source in its entropies, and where none is like it the song is written again',
      ),
    form: form.optional().describe('sections and repeats of each song; left out: it goes on for its length'),
    ending: endings
      .default('cadence')
      .describe(
        'how songs end that do not end by themselves: cadence: the dominant, then the tonic for a bar; rest: all notes end with the last bar; cut: behind the last token',
      ),
    fixed: fixed.optional().describe('a voice of the songs that is given; they end with it'),
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
  inputs: { model: 'file', vocabulary: 'file', tokens: 'file', grammar: 'file', pieces: 'file' },
  outputs: { songs: 'files', traces: 'files' },
  async run({ params, inputs, files, signal, progress, say }) {
    const vocabulary = vocabularyFromJson(inputs.vocabulary);
    const { settings } = grammarFromJson(inputs.grammar);
    const grammar = createGrammar(settings);
    const pieces = learntPieces(inputs.pieces, grammar);
    const {
      songs: count,
      length,
      seed,
      prime,
      copyLimit,
      noise,
      masks,
      balance,
      takes,
      form,
      fixed,
      ending,
      ...bending
    } = params;
    if (form !== undefined && fixed !== undefined) {
      throw new StageError('sample.form and sample.fixed cannot both be: a fixed voice says how long the song is');
    }
    const given = await givenSections(files.given ?? [], settings, grammar, say);
    const heard = new Map<string, ReturnType<typeof fitTokens>>();
    for (const [name, piece] of given) {
      if (name === fixed?.voice) continue;
      if (![...sectionsOf(form), ...themesOf(noise)].includes(name)) {
        throw new StageError(
          `sample.given has ${name}, and there is neither a section nor a theme nor a fixed voice of that name`,
        );
      }
      const fitted = fitTokens(grammar.encode(piece), vocabulary, name);
      heard.set(name, fitted);
      const { changed, leftOut } = fitted;
      if (changed + leftOut > 0) {
        say(`${name}: ${changed} tokens are heard as the nearest that the music has, ${leftOut} are left out`);
      }
    }
    const themeOf = (name: string) => {
      const theme = heard.get(name);
      if (theme === undefined)
        throw new StageError(`sample.given has no file of the name ${name}, the theme of a disturbance`);
      return theme.ids;
    };
    const ticks = { beat: grammar.division, bar: ticksOfBar(pieces[0], grammar.division) };
    const voice = fixed && fixedVoice(fixed, given, grammar, vocabulary, ticks.bar);
    const onGrid = pieces.map(notesOnGrid);
    const normal = entropiesOfHalves(pieces);
    const { tf, kernels } = await loadKernels();
    const model = readModelArtifact(tf, inputs.model, vocabulary);
    const writer = new SongWriter({
      ...{ tf, kernels, model, vocabulary, grammar, signal, takes, length },
      options: {
        ...songOptions(vocabulary, grammar),
        ...{ bending, noise: noiseOf(noise, { ticks, layers: model.shape.layers, themeOf }) },
      },
      rules: {
        ...{ copyLimit, index: copyLimit > 0 ? new CopyIndex(onGrid) : undefined },
        balance:
          balance > 0 && pieces.length === 1
            ? { parts: partsOf(pieces[0], grammar), range: normal, strength: balance }
            : undefined,
        masks: maskRules(masks, grammar.division, pitchesOf(onGrid)),
        voice: voice?.rule,
      },
      normal,
      ...{ ending, cadence: cadenceOf(pieces[0]), bar: ticks.bar },
    });
    let songs: readonly Song[];
    if (form === undefined) {
      const [first = []] = readPieces(inputs.tokens.bytes);
      const beginning = first.slice(0, prime).filter((token) => token !== END_OF_PIECE);
      songs = await writer.songs({ count, beginning, seed, until: voice?.until }, ({ done, total }) =>
        progress({ done, total, unit: 'tokens' }),
      );
      const cut = songs.filter(({ tokens }) => voice !== undefined && tokens.length >= length).length;
      if (cut > 0)
        say(`${cut} songs have all of their ${length} tokens before the fixed voice ends: set sample.length`);
    } else {
      const inForm: Song[] = [];
      for (let song = 0; song < count; song++) {
        progress({ done: song, total: count, unit: 'songs' });
        inForm.push(
          await writer.inForm({ seed, song }, (own, bars) =>
            writeForm({ ...form, ending }, given, pieces[0], own, bars),
          ),
        );
      }
      songs = inForm;
    }
    tf.dispose(model.weights as never);
    const silent = songs.findIndex(({ tokens }) => notesOf(grammar.decode(tokens)).length === 0);
    if (silent >= 0) {
      const written = songs[silent]!.tokens.length;
      throw new StageError(
        written < length
          ? `song ${silent + 1} has no notes and ended after ${written} tokens by itself: raise sample.takes, or train for longer`
          : `song ${silent + 1} has no notes (tokens: ${written}): raise sample.length or sample.takes, or train for longer`,
      );
    }
    return {
      songs: songs.map(({ tokens }) => formatTokens(tokens, grammar)),
      traces: songs.map(({ trace }) => traceToCsv(trace, grammar)),
    };
  },
});

/** What songs are held to: the halves of a piece as the grammar writes it, since no song can keep to times that it cannot write. */
function partsOf(piece: Piece, grammar: Grammar): StyleSource[] {
  const written = grammar.decode(grammar.encode(piece));
  return halvesOf(written).map((notes) => ({ notes, division: written.division }));
}

/**
 * A row for each token that the model heard: which, where the song stands after it in quarter notes, how likely the model held it, how many were
 * refused before it, which rules were given up, and what was thrown in.
 */
function traceToCsv(trace: readonly TraceRow[], grammar: Grammar): string {
  const reader = grammar.reader();
  const rows = trace.map(({ token, probability, refused, relaxed, disturbance }) => {
    const quarter = Number((reader.timeAfter(token) / grammar.division).toFixed(3));
    reader.add(token);
    return [token, quarter, probability?.toPrecision(4) ?? '', refused, relaxed.join('+'), disturbance].join(',');
  });
  return `${['token,quarter,probability,refused,relaxed,disturbance', ...rows].join('\n')}\n`;
}
