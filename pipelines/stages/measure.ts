import { bytesFormat, defineStage, family, textFormat } from '@etude/engine';
import { type TracedToken, traceFormat } from '@etude/generator';
import { SongMeter } from '@etude/measures';
import { readMidi } from '@etude/midi-reader';
import { piecesFormat, piecesOf } from '@etude/music';
import { drawSong } from '@etude/report';
import {
  createGrammar,
  END_OF_PIECE,
  type Grammar,
  piecesFor,
  type Tokenization,
  tokenizationFormat,
  tokensFormat,
} from '@etude/tokenizer';
import { learningCurveFormat } from '@etude/trainer';
import * as z from 'zod';

export const measure = defineStage({
  name: 'measure',
  version: 5,
  summary:
    'Tells of every song how much of it is copied, how often it goes round in circles, and what in it is unsound',
  params: z.strictObject({}),
  inputs: {
    songs: family(bytesFormat),
    traces: family(traceFormat),
    pieces: piecesFormat,
    tokens: tokensFormat,
    grammar: tokenizationFormat,
    curve: learningCurveFormat,
  },
  outputs: { measures: textFormat, pictures: family(textFormat) },
  run({ inputs, say }) {
    const grammar = createGrammar(inputs.grammar.settings);
    const meter = new SongMeter([...piecesFor(grammar, inputs.pieces)]);
    const pieces = inputs.songs.map((bytes) => piecesOf(readMidi(bytes))[0]!);
    const songs = pieces.map((piece) => meter.measure(piece));
    const source = meter.source();
    const range = (values: readonly number[], text: (value: number) => string) => {
      const [least, most] = [Math.min(...values), Math.max(...values)].map(text);
      return least === most ? least : `${least} to ${most}`;
    };
    const runs = songs.map(({ longestRun }) => longestRun?.notes ?? 0);
    const percent = (share: number) => `${Math.round(100 * share)} %`;
    say(
      `longest copied run ${range(runs, String)} notes (half of the source in the other: ${source.novelty.longestRun?.notes ?? 0}), ` +
        `${range(
          songs.map(({ copiedShare }) => copiedShare),
          percent,
        )} in copies of 8 or more`,
    );
    const stuck = songs.reduce((sum, { stuckNotes, overlaps }) => sum + stuckNotes + overlaps, 0);
    const loops = songs.map(({ longestLoop }) => (longestLoop ? longestLoop.bars * longestLoop.times : 0));
    say(`longest loop ${range(loops, String)} bars, ${stuck} stuck or doubled notes`);
    const likelihood = likelihoodOfHeldOut(
      inputs.tokens,
      grammar,
      inputs.grammar.parts,
      inputs.curve.kept.validationLoss,
    );
    if (likelihood !== undefined) {
      const { natsPerToken, natsPerNote } = likelihood;
      say(
        `held-out music: ${natsPerToken.toFixed(3)} nats a token${natsPerNote === undefined ? '' : `, ${natsPerNote.toFixed(3)} a note`}`,
      );
    }
    const pictures = pieces.map((piece, index) =>
      drawSong({
        ...{ title: `Song ${index + 1}`, piece, report: songs[index]!, halves: source.halves },
        trace: inputs.traces[index]!.map(surprising),
      }),
    );
    return { pictures, measures: `${JSON.stringify({ songs, source, likelihood }, undefined, 2)}\n` };
  },
});

/** What the model needed for music that it did not learn from, at the point of the curve where it was likeliest; undefined where nothing is held out. */
function likelihoodOfHeldOut(
  pieces: Iterable<readonly string[]>,
  grammar: Grammar,
  parts: Tokenization['parts'],
  natsPerToken: number | undefined,
) {
  if (natsPerToken === undefined) return undefined;
  let [tokens, notes, index] = [0, 0, 0];
  for (const piece of pieces) {
    const heldOut = piece.slice(parts[index++]!.training);
    const reader = grammar.reader();
    for (const token of heldOut) {
      // What ends a piece is told as all else is, but no grammar reads it.
      if (token === END_OF_PIECE) continue;
      if (reader.noteOf(token) !== undefined) notes += 1;
      reader.add(token);
    }
    tokens += heldOut.length;
  }
  return { natsPerToken, natsPerNote: notes === 0 ? undefined : (natsPerToken * tokens) / notes, tokens, notes };
}

function surprising({ probability, ...row }: TracedToken) {
  return { ...row, surprise: probability === undefined ? undefined : -Math.log(probability) };
}
