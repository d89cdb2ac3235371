import { isDrum, type Note, notesOf, type Piece } from '@etude/music';

/** Notes that follow each other: of one instrument, or of all together. */
export type Line = readonly Note[];

/**
 * The lines of a piece: its pitched notes all together, and where there are several tracks or channels those of each, since a melody
 * may be copied under another accompaniment.
 * @param notes in order of start
 */
export function linesOf(notes: readonly Note[]): Line[] {
  const pitched = notes.filter((note) => !isDrum(note));
  const voices = new Map<number, Note[]>();
  for (const note of pitched) {
    const voice = note.track * 16 + note.channel;
    const line = voices.get(voice);
    if (line) line.push(note);
    else voices.set(voice, [note]);
  }
  return voices.size <= 1 ? [pitched] : [pitched, ...voices.values()];
}

/** Steps of an octave in which ratios of time are told apart: to about 3 %. */
const RATIO_STEPS = 24;
const TOGETHER = 2 * 128 * RATIO_STEPS;

/**
 * What a line is without its key and its tempo: interval, ratio, interval, ratio, … interval. An interval is one of semitones; a ratio is
 * that of the time from one beginning to the next to the last such time that was not zero. A run of n notes is n - 1
 * intervals and the n - 2 ratios between them. Intervals are even numbers, ratios odd, none is 0.
 */
export function contourOf(line: readonly Pick<Note, 'start' | 'key'>[]): Int32Array {
  if (line.length < 2) return new Int32Array(0);
  const contour = new Int32Array(2 * line.length - 3);
  let before = 0;
  for (let k = 1; k < line.length; k++) {
    const gap = line[k]!.start - line[k - 1]!.start;
    if (k > 1) contour[2 * k - 3] = 2 * ratioCode(gap, before) + 1;
    contour[2 * k - 2] = 2 * (line[k]!.key - line[k - 1]!.key + 128);
    if (gap > 0) before = gap;
  }
  return contour;
}

function ratioCode(gap: number, before: number): number {
  if (gap === 0) return TOGETHER;
  if (before === 0) return TOGETHER + 1;
  const steps = Math.round(Math.log2(gap / before) * RATIO_STEPS);
  return Math.max(0, Math.min(TOGETHER - 1, steps + TOGETHER / 2));
}

/** Parts of a quarter note in which rhythms are told apart: 32nds and triplets of sixteenths, but not how a player is early or late. */
export const GAP_PARTS = 24;

/** A time from beginning to beginning, in parts of a quarter note. */
export function gapPart(ticks: number, division: number): number {
  return Math.round((GAP_PARTS * ticks) / division);
}

/**
 * The notes of a piece with their times in {@link gapPart}s, so that what was humanized or played is compared as it was meant; by start, then
 * track, then key.
 */
export function notesOnGrid(piece: Pick<Piece, 'tracks' | 'division'>): Note[] {
  const notes = notesOf(piece).map((note) => ({
    ...note,
    start: gapPart(note.start, piece.division),
    end: gapPart(note.end, piece.division),
  }));
  return notes.sort((a, b) => a.start - b.start || a.track - b.track || a.key - b.key);
}
