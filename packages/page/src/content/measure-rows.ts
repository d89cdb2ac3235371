import { barsOfLoop, type ExperimentMeasures, measureMonotony, type SongMeasures } from '@etude/measures';
import { countBars, isDrum, type Note, notesOf, type Piece, pitchName } from '@etude/music';
import type { MeasureRow } from './content.js';
import { melodicLines } from './melodic-lines.js';

/** Share of the pieces of a corpus on either side that do not count as normal. */
const TAIL = 0.05;
/** Pieces that are looked at to find out what is normal. */
const MOST_PIECES = 400;

interface Music {
  readonly notes: readonly Note[];
  readonly bars: number;
  readonly repeatedBars: number;
  readonly loop: number;
  readonly steps: number;
}

interface Kind {
  readonly name: string;
  readonly explanation: string;
  readonly of: (music: Music) => number;
  readonly text: (value: number) => string;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
const whole = (value: number) => `${Math.round(value)}`;

const KINDS: readonly Kind[] = [
  { name: 'Bars', explanation: 'How long it is.', of: ({ bars }) => bars, text: whole },
  {
    name: 'Notes per bar',
    explanation: 'How busy it is, all parts together.',
    of: ({ notes, bars }) => notes.length / Math.max(1, bars),
    text: (value) => value.toFixed(1),
  },
  { name: 'Lowest note', explanation: 'Percussion left out.', of: ({ notes }) => extreme(notes, -1), text: key },
  { name: 'Highest note', explanation: 'Percussion left out.', of: ({ notes }) => extreme(notes, 1), text: key },
  {
    name: 'Moves by step',
    explanation: 'How often a part goes on with the same pitch or one or two semitones away: singable lines do.',
    of: ({ steps }) => steps,
    text: percent,
  },
  {
    name: 'Bars that come back',
    explanation: 'How many bars are the same as an earlier one. Very few: nothing to remember. Very many: monotony.',
    of: ({ repeatedBars }) => repeatedBars,
    text: percent,
  },
  {
    name: 'Longest loop',
    explanation: 'The longest stretch of bars that is played again and again without anything between.',
    of: ({ loop }) => loop,
    text: (bars) => (bars === 0 ? 'none' : `${whole(bars)} bars`),
  },
];

/** What was measured of each song, and what is normal in the music that it was learned from: for a corpus, in nine of ten pieces. */
export function measureRows(
  songs: readonly Piece[],
  { songs: measured, source }: ExperimentMeasures,
  music: readonly Piece[],
): MeasureRow[] {
  const ours = songs.map(musicOf);
  const every = Math.max(1, Math.ceil(music.length / MOST_PIECES));
  const theirs = music.filter((_, index) => index % every === 0).map(musicOf);
  const rows = KINDS.map(({ name, explanation, of, text }): MeasureRow => {
    const known = theirs.map(of).sort((a, b) => a - b);
    const low = known[Math.floor(TAIL * known.length)]!;
    const high = known[Math.ceil((1 - TAIL) * known.length) - 1]!;
    const isOne = known.length === 1;
    const values = ours.map(of);
    return {
      ...{ name, explanation },
      normal: text(low) === text(high) ? text(low) : `${text(low)} to ${text(high)}`,
      // Of a single piece nothing says what would be unusual.
      songs: values.map((value) => ({ text: text(value), value, isUnusual: !isOne && (value < low || value > high) })),
    };
  });
  const copied = (measures: Pick<SongMeasures, 'longestRun'>) => measures.longestRun?.notes ?? 0;
  const halves = music.length === 1 ? 'its second half from its first' : 'half of the pieces from the other';
  return [
    ...rows,
    {
      name: 'Longest copy',
      explanation: 'The most notes in a row that the source has as well, in any key and at any tempo.',
      songs: measured.map((song) => ({
        ...{ text: `${copied(song)} notes`, value: copied(song) },
        isUnusual: copied(song) > Math.max(8, copied(source.novelty)),
      })),
      normal: `${copied(source.novelty)} notes (${halves})`,
    },
    {
      name: 'Copied',
      explanation: 'How much of it is in copies of 8 notes or more.',
      songs: measured.map(({ copiedShare }) => ({
        ...{ text: percent(copiedShare), value: copiedShare },
        isUnusual: copiedShare > source.novelty.copiedShare,
      })),
      normal: `${percent(source.novelty.copiedShare)} (${halves})`,
    },
  ];
}

function musicOf(piece: Piece): Music {
  const notes = notesOf(piece);
  const { repeatedBars, longestLoop } = measureMonotony(notes, piece);
  const last = notes.reduce((latest, { end }) => Math.max(latest, end), 0);
  return {
    ...{ notes, repeatedBars, loop: barsOfLoop(longestLoop), steps: stepsOf(notes) },
    bars: countBars(last, piece),
  };
}

/** Share of the intervals within parts that are at most two semitones. */
function stepsOf(notes: readonly Note[]): number {
  const intervals = melodicLines(notes).flatMap((line) =>
    line.slice(1).map((note, i) => Math.abs(note.key - line[i]!.key)),
  );
  return intervals.filter((size) => size <= 2).length / Math.max(1, intervals.length);
}

function extreme(notes: readonly Note[], sign: 1 | -1): number {
  return notes.reduce((most, note) => {
    return isDrum(note) || (!Number.isNaN(most) && sign * note.key <= sign * most) ? most : note.key;
  }, Number.NaN);
}

function key(value: number): string {
  return Number.isNaN(value) ? '–' : pitchName(value);
}
