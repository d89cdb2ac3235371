import { bytesFormat, defineStage, family, textFormat } from '@etude/engine';
import { type TracedToken, traceFormat } from '@etude/generator';
import { SongMeter } from '@etude/measures';
import { readMidi } from '@etude/midi-reader';
import { piecesFormat, piecesOf } from '@etude/music';
import { drawSong, measuresInWords } from '@etude/report';
import { createGrammar, heldOutOf, piecesFor, tokenizationFormat, tokensFormat } from '@etude/tokenizer';
import { learningCurveFormat } from '@etude/trainer';
import * as z from 'zod';

export const measure = defineStage({
  name: 'measure',
  version: 6,
  summary: 'Tells of every song how much of it is copied, how often it loops, and what in it is invalid',
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
    for (const line of measuresInWords(songs, source)) say(line);
    const natsPerToken = inputs.curve.kept.validationLoss;
    let likelihood:
      | { natsPerToken: number; natsPerNote: number | undefined; tokens: number; notes: number }
      | undefined;
    if (natsPerToken !== undefined) {
      const { tokens, notes } = heldOutOf(inputs.tokens, grammar, inputs.grammar.parts);
      const natsPerNote = notes === 0 ? undefined : (natsPerToken * tokens) / notes;
      likelihood = { natsPerToken, natsPerNote, tokens, notes };
      const perNote = natsPerNote === undefined ? '' : `, ${natsPerNote.toFixed(3)} per note`;
      say(`held-out music: ${natsPerToken.toFixed(3)} nats per token${perNote}`);
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

function surprising({ probability, ...row }: TracedToken) {
  return { ...row, surprise: probability === undefined ? undefined : -Math.log(probability) };
}
