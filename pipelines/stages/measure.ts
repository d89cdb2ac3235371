import { linesOf, pieceFromJson, piecesOf } from '@etude/corpus';
import { SongMeter } from '@etude/measures';
import { readMidi } from '@etude/midi-reader';
import { defineStage } from '@etude/pipeline';
import { drawSong, type SongToDraw } from '@etude/report';
import * as z from 'zod';

export const measure = defineStage({
  name: 'measure',
  version: 3,
  summary:
    'Tells of every song how much of it is copied, how often it goes round in circles, and what in it is unsound',
  params: z.strictObject({}),
  inputs: { songs: 'files', traces: 'files', pieces: 'file' },
  outputs: { measures: 'file', pictures: 'files' },
  run({ inputs, say }) {
    const meter = new SongMeter(Array.from(linesOf(inputs.pieces.bytes), pieceFromJson));
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
    const pictures = pieces.map((piece, index) =>
      drawSong({
        ...{ title: `Song ${index + 1}`, piece, report: songs[index]!, halves: source.halves },
        trace: traceFromCsv(inputs.traces[index]!.text()),
      }),
    );
    return { pictures, measures: `${JSON.stringify({ songs, source }, undefined, 2)}\n` };
  },
});

function traceFromCsv(csv: string): SongToDraw['trace'] {
  const [, ...rows] = csv.trim().split('\n');
  return rows.map((row) => {
    const [, quarter, probability, , relaxed = '', disturbance = ''] = row.split(',');
    const surprise = probability ? -Math.log(Number(probability)) : undefined;
    return { quarter: Number(quarter), surprise, relaxed, disturbance };
  });
}
