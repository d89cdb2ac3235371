import { isDrum, type Note, notesOf, type Piece, pitchName } from '@etude/music';
import type { Distribution } from './content.js';
import { melodicLines } from './melodic-lines.js';

/** Semitones to either side that intervals are told apart up to. */
const FAR = 12;
/** Lengths and gaps in quarter notes, the nearest of which counts, as musicians name them: a dot makes half as long again, a 3 is of a triplet. */
const LENGTHS = [
  [1 / 8, '1/32'],
  [1 / 6, '1/16 3'],
  [1 / 4, '1/16'],
  [1 / 3, '1/8 3'],
  [3 / 8, '1/16.'],
  [1 / 2, '1/8'],
  [2 / 3, '1/4 3'],
  [3 / 4, '1/8.'],
  [1, '1/4'],
  [3 / 2, '1/4.'],
  [2, '1/2'],
  [3, '1/2.'],
  [4, '1/1'],
  [8, 'longer'],
] as const;

type Counts = Map<number, number>;

/** The pitches, intervals, rhythms and durations of songs beside those of the source; percussion is left out. */
export function distributionsOf(songs: readonly Piece[], source: readonly Piece[]): Distribution[] {
  const ours = songs.map(melodic);
  const theirs = source.map(melodic);
  return [
    compare('Pitch', 'of all notes', pitches, pitchName),
    compare('Interval', 'semitones, within a part', intervals, (size) =>
      Math.abs(size) === FAR ? `${size > 0 ? '≥ +' : '≤ −'}${FAR}` : `${size > 0 ? '+' : ''}${size}`.replace('-', '−'),
    ),
    compare(
      'Rhythm',
      'from note to note, within a part; 1/8. dotted, 1/8 3 triplet',
      gaps,
      (index) => LENGTHS[index]![1],
    ),
    compare('Duration', 'length of notes', durations, (index) => LENGTHS[index]![1]),
  ];

  function compare(
    name: string,
    unit: string,
    count: (music: Music, counts: Counts) => void,
    label: (value: number) => string,
  ): Distribution {
    const [a, b] = [ours, theirs].map((all) => {
      const counts: Counts = new Map();
      for (const music of all) count(music, counts);
      return counts;
    }) as [Counts, Counts];
    const present = [...a.keys(), ...b.keys()];
    const lowest = present.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    const highest = present.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const values = Array.from({ length: Math.max(0, highest - lowest + 1) }, (_, i) => lowest + i);
    const shares = (counts: Counts) => {
      const total = [...counts.values()].reduce((sum, n) => sum + n, 0) || 1;
      return values.map((value) => Math.round((1e4 * (counts.get(value) ?? 0)) / total) / 1e4);
    };
    return { name, unit, labels: values.map(label), songs: shares(a), source: shares(b) };
  }
}

interface Music {
  readonly division: number;
  readonly notes: readonly Note[];
  readonly lines: readonly (readonly Note[])[];
}

function melodic(piece: Piece): Music {
  const notes = notesOf(piece).filter((note) => !isDrum(note));
  return { division: piece.division, notes, lines: melodicLines(notes) };
}

function add(counts: Counts, value: number): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

function pitches({ notes }: Music, counts: Counts): void {
  for (const { key } of notes) add(counts, key);
}

function intervals({ lines }: Music, counts: Counts): void {
  for (const line of lines) {
    for (let i = 1; i < line.length; i++) {
      add(counts, Math.max(-FAR, Math.min(FAR, line[i]!.key - line[i - 1]!.key)));
    }
  }
}

function gaps({ lines, division }: Music, counts: Counts): void {
  for (const line of lines) {
    for (let i = 1; i < line.length; i++) add(counts, nearestLength((line[i]!.start - line[i - 1]!.start) / division));
  }
}

function durations({ notes, division }: Music, counts: Counts): void {
  for (const { start, end } of notes) add(counts, nearestLength((end - start) / division));
}

function nearestLength(quarters: number): number {
  const distance = (index: number) => Math.abs(Math.log(Math.max(1e-3, quarters) / LENGTHS[index]![0]));
  return LENGTHS.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
}
