import { defineStage } from '@etude/engine';
import { SongMeter } from '@etude/measures';
import { readMidi } from '@etude/midi-reader';
import { piecesOf } from '@etude/music';
import { drawSong, lossesOf, type SongToDraw } from '@etude/report';
import { createGrammar, END_OF_PIECE, readPieces } from '@etude/tokenizer';
import * as z from 'zod';
import { type GrammarJson, grammarFromJson } from './grammar-json.js';
import { learntPieces } from './learnt-pieces.js';

export const measure = defineStage({
  name: 'measure',
  version: 5,
  summary:
    'Tells of every song how much of it is copied, how often it goes round in circles, and what in it is unsound',
  params: z.strictObject({}),
  inputs: {
    songs: 'files',
    traces: 'files',
    pieces: 'file',
    tokens: 'file',
    grammar: 'file',
    curve: 'file',
  },
  outputs: { measures: 'file', pictures: 'files' },
  run({ inputs, say }) {
    const grammar = grammarFromJson(inputs.grammar);
    const meter = new SongMeter(learntPieces(inputs.pieces, createGrammar(grammar.settings)));
    const pieces = inputs.songs.map(({ bytes }) => piecesOf(readMidi(bytes))[0]!);
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
    const likelihood = likelihoodOfHeldOut(inputs.tokens.bytes, grammar, inputs.curve.text());
    if (likelihood !== undefined) {
      const { natsPerToken, natsPerNote } = likelihood;
      say(
        `held-out music: ${natsPerToken.toFixed(3)} nats a token${natsPerNote === undefined ? '' : `, ${natsPerNote.toFixed(3)} a note`}`,
      );
    }
    const pictures = pieces.map((piece, index) =>
      drawSong({
        ...{ title: `Song ${index + 1}`, piece, report: songs[index]!, halves: source.halves },
        trace: traceFromCsv(inputs.traces[index]!.text()),
      }),
    );
    return { pictures, measures: `${JSON.stringify({ songs, source, likelihood }, undefined, 2)}\n` };
  },
});

/** What the model needed for music that it did not learn from, at the point of the curve where it was likeliest; undefined where nothing is held out. */
function likelihoodOfHeldOut(text: Uint8Array, { settings, parts }: GrammarJson, curve: string) {
  const natsPerToken = lossesOf(curve).keptValidationLoss;
  if (natsPerToken === undefined) return undefined;
  const grammar = createGrammar(settings);
  let [tokens, notes, index] = [0, 0, 0];
  for (const piece of readPieces(text)) {
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

function traceFromCsv(csv: string): SongToDraw['trace'] {
  const [, ...rows] = csv.trim().split('\n');
  return rows.map((row) => {
    const [, quarter, probability, , relaxed = '', disturbance = ''] = row.split(',');
    const surprise = probability ? -Math.log(Number(probability)) : undefined;
    return { quarter: Number(quarter), surprise, relaxed, disturbance };
  });
}
