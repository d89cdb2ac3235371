import type { Note } from '@etude/music';
import fc from 'fast-check';

/** A melody: a note a key, each as long as its gap to the next. */
export function melody(keys: readonly number[], gaps: readonly number[] = keys.map(() => 240), from = 0): Note[] {
  let start = from;
  return keys.map((key, i) => {
    const note = { track: 0, channel: 0, program: 0, key, velocity: 90, start, end: start + gaps[i]! };
    start += gaps[i]!;
    return note;
  });
}

/** Music of few keys, times and parts, percussion among them, so that much of it is like other such music. */
export const smallMusic = (length: { minLength: number; maxLength: number }): fc.Arbitrary<Note[]> =>
  fc
    .array(
      fc.record({
        gap: fc.constantFrom(0, 0, 120, 120, 240, 113),
        key: fc.constantFrom(60, 60, 62, 64),
        part: fc.constantFrom([0, 0], [0, 0], [1, 0], [1, 3], [2, 9]),
      }),
      length,
    )
    .map((list) => {
      let start = 0;
      return list.map(({ gap, key, part }) => {
        start += gap;
        const [track, channel] = part as [number, number];
        return { track, channel, program: 0, key, velocity: 90, start, end: start + 60 };
      });
    });

/** A stretch of some music in another key, at another tempo and with its tracks in another order. */
export const changed = (
  notes: readonly Note[],
  { semitones, tempo, first }: { semitones: number; tempo: number; first: number },
): Note[] =>
  notes.slice(first).map((note) => ({
    ...note,
    track: 2 - note.track,
    key: note.channel === 9 ? note.key : note.key + semitones,
    start: note.start * tempo,
    end: note.end * tempo,
  }));
