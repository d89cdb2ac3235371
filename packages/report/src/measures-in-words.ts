import { barsOfLoop, type SongMeasures, type SourceMeasures } from '@etude/measures';

/**
 * What was measured, in a few lines.
 * @example
 * const [first] = measuresInWords([meter.measure(excerpt(canon, 0, 2 * bar))], measureSource([canon]));
 * first; // 'longest copied run 32 notes (half of the source in the other: 80), 100 % in copies of 8 or more'
 */
export function measuresInWords(songs: readonly SongMeasures[], source: SourceMeasures): string[] {
  const runs = songs.map(({ longestRun }) => longestRun?.notes ?? 0);
  const shares = songs.map(({ copiedShare }) => copiedShare);
  const half = source.novelty.longestRun?.notes ?? 0;
  const loops = songs.map(({ longestLoop }) => barsOfLoop(longestLoop));
  const stuck = songs.reduce((sum, { stuckNotes, overlaps }) => sum + stuckNotes + overlaps, 0);
  const ofBase = songs.flatMap(({ baseRun }) => baseRun ?? []);
  const base = ofBase.length === 0 ? [] : [`longest run of the base model’s music: ${runInWords(Math.max(...ofBase))}`];
  return [
    `longest copied run ${range(runs, String)} notes (half of the source in the other: ${half}), ` +
      `${range(shares, (share) => `${Math.round(100 * share)} %`)} in copies of 8 or more`,
    ...base,
    `longest loop ${range(loops, String)} bars, ${stuck} stuck or doubled notes`,
  ];
}

function runInWords(notes: number): string {
  return notes === 0 ? 'fewer than 9 notes' : `${notes} notes`;
}

function range(values: readonly number[], text: (value: number) => string): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map(text);
  return least === most ? least! : `${least} to ${most}`;
}
