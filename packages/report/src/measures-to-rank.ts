import type { ComparedExperiment } from './compare.js';

type ComparedSong = ComparedExperiment['songs'][number];

/** A number by which experiments are ranked. */
export interface Measure {
  /** as `etude compare --sort` takes it */
  readonly name: string;
  readonly explanation: string;
  /** whether less is better; if not, neither more nor less is */
  readonly isLowerBetter: boolean;
  /** of a loss: per token it cannot be compared where tokens differ, per note it can */
  readonly lossPer?: 'token' | 'note';
  /** undefined where it was not measured */
  readonly of: (experiment: ComparedExperiment) => number | undefined;
  readonly text: (value: number) => string;
}

const loss = (value: number) => value.toFixed(3);
const seconds = (value: number) => `${value.toFixed(1)} s`;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const count = (value: number) => value.toFixed(1);

/** The mean over the songs of which it is known. */
function mean(of: (song: ComparedSong) => number | undefined): Measure['of'] {
  return ({ songs }) => {
    const known = songs.map(of).filter((value) => value !== undefined);
    return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
}

/**
 * What experiments are ranked by, the usual one first. Measures of songs are means over the songs.
 * @example
 * MEASURES[0].name; // 'validation'
 */
export const MEASURES: readonly Measure[] = [
  {
    name: 'validation',
    explanation: 'held-out loss of the weights that were kept, in nats per token',
    isLowerBetter: true,
    lossPer: 'token',
    of: ({ keptValidationLoss }) => keptValidationLoss,
    text: loss,
  },
  {
    name: 'nats-per-note',
    explanation: 'held-out loss in nats per note, which different grammars have in common',
    isLowerBetter: true,
    lossPer: 'note',
    of: ({ natsPerNote }) => natsPerNote,
    text: loss,
  },
  {
    name: 'final-validation',
    explanation: 'held-out loss after the last step, in nats per token',
    isLowerBetter: true,
    lossPer: 'token',
    of: ({ finalValidationLoss }) => finalValidationLoss,
    text: loss,
  },
  {
    name: 'final-training',
    explanation: 'training loss after the last step, in nats per token',
    isLowerBetter: true,
    lossPer: 'token',
    of: ({ finalTrainingLoss }) => finalTrainingLoss,
    text: loss,
  },
  {
    name: 'training-time',
    explanation: 'seconds of training',
    isLowerBetter: true,
    of: ({ trainingSeconds }) => trainingSeconds,
    text: seconds,
  },
  {
    name: 'total-time',
    explanation: 'seconds of all stages',
    isLowerBetter: true,
    of: ({ totalSeconds }) => totalSeconds,
    text: seconds,
  },
  {
    name: 'longest-copy',
    explanation: 'notes of the longest run that the source has as well',
    isLowerBetter: true,
    of: mean(({ longestCopy }) => longestCopy),
    text: count,
  },
  {
    name: 'copied',
    explanation: 'share of the notes in copies of 8 or more',
    isLowerBetter: true,
    of: mean(({ copiedShare }) => copiedShare),
    text: percent,
  },
  {
    name: 'repeated-bars',
    explanation: 'share of the bars that are played again',
    isLowerBetter: false,
    of: mean(({ repeatedBars }) => repeatedBars),
    text: percent,
  },
  {
    name: 'longest-loop',
    explanation: 'bars of the longest loop',
    isLowerBetter: false,
    of: mean(({ longestLoop }) => longestLoop),
    text: count,
  },
  {
    name: 'length',
    explanation: 'length in seconds',
    isLowerBetter: false,
    of: mean((song) => song.seconds),
    text: seconds,
  },
  { name: 'notes', explanation: 'number of notes', isLowerBetter: false, of: mean(({ notes }) => notes), text: count },
  {
    name: 'pitch-range',
    explanation: 'semitones from the lowest to the highest note',
    isLowerBetter: false,
    of: mean(({ lowest, highest }) => (lowest === undefined ? undefined : highest! - lowest)),
    text: count,
  },
  {
    name: 'distinct-pitches',
    explanation: 'number of different pitches',
    isLowerBetter: false,
    of: mean(({ distinctPitches }) => distinctPitches),
    text: count,
  },
];
