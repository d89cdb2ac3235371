import { barsOfLoop, type SongMeasures } from '@etude/measures';
import { pitchName } from '@etude/music';
import type { LearningCurve } from '@etude/trainer';
import { type MidiSummary, summarizeMidi } from './midi-summary.js';
import { markdownTable } from './plain-text.js';

/** An artifact folder, read. */
export interface ExperimentToCompare {
  readonly name: string;
  /** parameters as `stage.parameter`, in the order of the stages */
  readonly params: Readonly<Record<string, unknown>>;
  /** undefined where the experiment was not trained */
  readonly curve: LearningCurve | undefined;
  /** seconds that the stages took when their outputs were made: training, and all together */
  readonly trainingSeconds: number | undefined;
  readonly totalSeconds: number;
  readonly songs: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** nats per note of held-out music; undefined where nothing is held out or the stage measure has not run */
  readonly natsPerNote: number | undefined;
  /** what the stage measure found, song by song; empty where it has not run */
  readonly reports: readonly Pick<SongMeasures, 'longestRun' | 'copiedShare' | 'repeatedBars' | 'longestLoop'>[];
}

export interface ComparedExperiment {
  readonly name: string;
  /** the parameters that are not the same in all experiments */
  readonly params: Readonly<Record<string, unknown>>;
  /** nats per token */
  readonly finalTrainingLoss: number | undefined;
  readonly finalValidationLoss: number | undefined;
  readonly keptValidationLoss: number | undefined;
  readonly keptStep: number | undefined;
  /** of held-out music, in nats: to be compared even where the grammars differ */
  readonly natsPerNote: number | undefined;
  readonly trainingSeconds: number | undefined;
  readonly totalSeconds: number;
  readonly songs: readonly ComparedSong[];
}

type ComparedSong = { readonly path: string } & MidiSummary & {
    /** notes of the longest run that a piece has as well, in any key and tempo */
    readonly longestCopy?: number;
    /** share of the notes in such runs of 8 or more */
    readonly copiedShare?: number;
    /** share of the bars that are played a second time or more */
    readonly repeatedBars?: number;
    /** bars of the longest stretch that is played again at once, all turns together */
    readonly longestLoop?: number;
  };

/**
 * Puts experiments side by side.
 * @throws {MidiError} where a song is not a MIDI file
 * @example
 * compareExperiments([two, four]).map(({ params }) => params); // [{ 'train.layers': 2 }, { 'train.layers': 4 }]
 */
export function compareExperiments(experiments: readonly ExperimentToCompare[]): ComparedExperiment[] {
  const names = [...new Set(experiments.flatMap(({ params }) => Object.keys(params)))];
  const different = names.filter(
    (name) => new Set(experiments.map(({ params }) => JSON.stringify(params[name]))).size > 1,
  );
  return experiments.map(({ name, params, curve, natsPerNote, trainingSeconds, totalSeconds, songs, reports }) => ({
    name,
    params: Object.fromEntries(different.map((key) => [key, params[key]])),
    ...lossesOf(curve),
    natsPerNote,
    trainingSeconds,
    totalSeconds,
    songs: songs.map(({ path, bytes }, index) => ({
      path,
      ...summarizeMidi(bytes),
      ...copiesAndLoops(reports[index]),
    })),
  }));
}

function copiesAndLoops(report: ExperimentToCompare['reports'][number] | undefined) {
  if (report === undefined) return {};
  const { longestRun, copiedShare, repeatedBars, longestLoop } = report;
  const [longestCopy, loop] = [longestRun?.notes ?? 0, barsOfLoop(longestLoop)];
  return { longestCopy, copiedShare, repeatedBars, longestLoop: loop };
}

/** The losses of a learning curve, in nats per token: the last ones, and those of the weights that were kept. */
function lossesOf(curve: LearningCurve | undefined) {
  const last = curve?.points.at(-1);
  return {
    finalTrainingLoss: last?.trainingLoss,
    finalValidationLoss: last?.validationLoss,
    keptValidationLoss: curve?.kept.validationLoss,
    keptStep: curve?.kept.step,
  };
}

/**
 * The comparison as rows of cells: what is compared, then a column an experiment.
 * @example
 * comparisonRows(compareExperiments([two, four]))[0]; // ['experiment', 'two', 'four']
 */
export function comparisonRows(compared: readonly ComparedExperiment[]): string[][] {
  const row = (title: string, cell: (experiment: ComparedExperiment) => string) => [title, ...compared.map(cell)];
  const loss = (value: number | undefined) => value?.toFixed(3) ?? '–';
  const percent = (share: number | undefined) => (share === undefined ? '–' : `${Math.round(100 * share)} %`);
  const seconds = (value: number | undefined) => (value === undefined ? '–' : `${value.toFixed(1)} s`);
  const songs = Math.max(0, ...compared.map((experiment) => experiment.songs.length));
  const song = (index: number, title: string, cell: (song: ComparedSong) => string) =>
    row(`song ${index + 1}: ${title}`, ({ songs: all }) => (all[index] ? cell(all[index]) : '–'));
  return [
    row('experiment', ({ name }) => name),
    ...Object.keys(compared[0]?.params ?? {}).map((key) =>
      row(key, ({ params }) => JSON.stringify(params[key]) ?? '–'),
    ),
    row('final training loss', (e) => loss(e.finalTrainingLoss)),
    row('final validation loss', (e) => loss(e.finalValidationLoss)),
    row('validation loss of what was kept', (e) =>
      e.keptStep === undefined ? '–' : `${loss(e.keptValidationLoss)} (step ${e.keptStep})`,
    ),
    row('held out, nats per note', (e) => loss(e.natsPerNote)),
    row('training time', (e) => seconds(e.trainingSeconds)),
    row('time of all stages', (e) => seconds(e.totalSeconds)),
    ...Array.from({ length: songs }, (_, index) => [
      song(index, 'length', (s) => seconds(s.seconds)),
      song(index, 'notes', (s) => `${s.notes}`),
      song(index, 'pitch range', (s) =>
        s.lowest === undefined ? '–' : `${pitchName(s.lowest)} to ${pitchName(s.highest!)}`,
      ),
      song(index, 'distinct pitches', (s) => `${s.distinctPitches}`),
      song(index, 'repeated bars', (s) => percent(s.repeatedBars)),
      song(index, 'longest loop', (s) => (s.longestLoop === undefined ? '–' : `${s.longestLoop} bars`)),
      song(index, 'longest copy', (s) => (s.longestCopy === undefined ? '–' : `${s.longestCopy} notes`)),
      song(index, 'in copies of 8 or more', (s) => percent(s.copiedShare)),
    ]).flat(),
  ];
}

/**
 * A Markdown table of {@link comparisonRows}.
 * @example
 * comparisonMarkdown(compareExperiments([two, four])); // '| experiment | two | four |\n|---|---:|---:|\n| train.layers | 2 | 4 |\n…'
 */
export function comparisonMarkdown(compared: readonly ComparedExperiment[]): string {
  return markdownTable(comparisonRows(compared));
}
