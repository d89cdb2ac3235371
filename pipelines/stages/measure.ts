import { linesOf, pieceFromJson, piecesOf } from '@etude/corpus';
import { SongMeter } from '@etude/measures';
import { readMidi } from '@etude/midi-reader';
import { defineStage } from '@etude/pipeline';
import * as z from 'zod';

export const measure = defineStage({
  name: 'measure',
  version: 1,
  summary:
    'Tells of every song how much of it is copied, how often it goes round in circles, and what in it is unsound',
  params: z.strictObject({}),
  inputs: { songs: 'files', pieces: 'file' },
  outputs: { measures: 'file' },
  run({ inputs, say }) {
    const meter = new SongMeter(Array.from(linesOf(inputs.pieces.bytes), pieceFromJson));
    const songs = inputs.songs.map(({ bytes }) => meter.measure(piecesOf(readMidi(bytes))[0]!));
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
    return { measures: `${JSON.stringify({ songs, source }, undefined, 2)}\n` };
  },
});
