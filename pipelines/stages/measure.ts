import { defineStage, family, textFormat } from '@etude/engine';
import { type TracedToken, traceFormat } from '@etude/generator';
import { type HeldOutLikelihood, measuresFormat, RunHashes, SongMeter, sourceFormat } from '@etude/measures';
import { completed } from '@etude/midi-writer';
import { modelFormat } from '@etude/model';
import { piecesFormat } from '@etude/music';
import { drawSong, measuresInWords } from '@etude/report';
import {
  createGrammar,
  decodeSong,
  grammarFormat,
  learnedNotes,
  SongError,
  songTokensFormat,
  tokenizationReportFormat,
} from '@etude/tokenizer';
import { learningCurveFormat } from '@etude/trainer';
import * as z from 'zod';

export const measure = defineStage({
  name: 'measure',
  version: 10,
  summary: 'Tells of every song how much of it is copied, how often it loops, and what in it is invalid',
  params: z.strictObject({}),
  inputs: {
    songs: family(songTokensFormat),
    traces: family(traceFormat),
    grammar: grammarFormat,
    model: modelFormat,
    music: piecesFormat,
    source: sourceFormat,
    tokenization: tokenizationReportFormat,
    curve: learningCurveFormat,
  },
  outputs: { measures: measuresFormat, pictures: family(textFormat) },
  errors: [SongError],
  run({ inputs, say }) {
    const { source } = inputs;
    const grammar = createGrammar(inputs.grammar);
    const music = [...inputs.music];
    const { learnedRuns } = inputs.model;
    const meter = new SongMeter(learnedNotes(inputs.grammar, music), learnedRuns && new RunHashes(learnedRuns));
    const pieces = inputs.songs.map((tokens, index) => completed(decodeSong(grammar, tokens, index + 1), music[0]!));
    const songs = pieces.map((piece) => meter.measure(piece));
    for (const line of measuresInWords(songs, source)) say(line);
    const natsPerToken = inputs.curve.kept.validationLoss;
    let likelihood: HeldOutLikelihood | undefined;
    if (natsPerToken !== undefined) {
      const { tokens, notes } = inputs.tokenization.heldOut;
      const natsPerNote = notes === 0 ? undefined : (natsPerToken * tokens) / notes;
      likelihood = { natsPerToken, natsPerNote, tokens, notes };
      const perNote = natsPerNote === undefined ? '' : `, ${natsPerNote.toFixed(3)} per note`;
      say(`held-out music: ${natsPerToken.toFixed(3)} nats per token${perNote}`);
    }
    const pictures = pieces.map((piece, index) =>
      drawSong({
        ...{ title: `Song ${index + 1}`, piece, report: songs[index]! },
        trace: inputs.traces[index]!.map(surprising),
      }),
    );
    return { pictures, measures: { songs, source, likelihood } };
  },
});

function surprising({ probability, ...row }: TracedToken) {
  return { ...row, surprise: probability === undefined ? undefined : -Math.log(probability) };
}
