import { isDrum, type Note, notesOf, type Piece } from '@etude/music';

/** Mean pitches at which a part is surely no melody, and from which on it may well be one: C2 and C4. */
const [LOW, HIGH] = [36, 60];
/** Pitches that a melody has at least; what has fewer is an accent or a drone. */
const PITCHES = 5;
/** What the name of a track counts for that says what it is: for a piano, the upper of two staves. */
const NAMED = 2;
const MELODIC_NAME = /melod|vocal|voice|vox|lead|sing|solo|tune|treble|soprano|\b(right|upper)\b/i;
const OTHER_NAME = /bass|accomp|chord|\b(left|lower)\b/i;

/**
 * The number of the track that is most like a melody: notes one at a time, neither few nor low, of several pitches. The product of these, each
 * from 0 to 1, is what counts, twice as much where the track's name says that it is the melody, half as much where it says the contrary. Of
 * tracks that differ by less than 5 % it is the first; of percussion alone, the one with the most notes.
 * @example
 * canon.tracks[mostMelodic(canon)].name; // 'Violin I'
 */
export function mostMelodic(piece: Pick<Piece, 'tracks'>): number {
  const byTrack: Note[][] = piece.tracks.map(() => []);
  const drums = piece.tracks.map(() => 0);
  for (const note of notesOf(piece)) {
    if (isDrum(note)) drums[note.track]! += 1;
    else byTrack[note.track]!.push(note);
  }
  const playing = byTrack.filter(({ length }) => length > 0);
  if (playing.length === 0) return highest(drums);
  const mean = playing.reduce((sum, { length }) => sum + length, 0) / playing.length;
  return highest(
    byTrack.map((notes, index) => {
      if (notes.length === 0) return Number.NEGATIVE_INFINITY;
      const { name } = piece.tracks[index]!;
      const named = (MELODIC_NAME.test(name) ? NAMED : 1) / (OTHER_NAME.test(name) ? NAMED : 1);
      const pitches = new Set(notes.map(({ key }) => key)).size;
      const pitch = notes.reduce((sum, { key }) => sum + key, 0) / notes.length;
      const height = Math.min(1, Math.max(0, (pitch - LOW) / (HIGH - LOW)));
      const activity = Math.min(1, notes.length / mean);
      return named * shareAlone(notes) * height * activity * Math.min(1, pitches / PITCHES);
    }),
  );
}

/** The share of notes that begin alone: no other begins with them, or sounds on for most of their length. */
function shareAlone(notes: readonly Note[]): number {
  let [alone, soundsUntil] = [0, 0];
  notes.forEach((note, i) => {
    const isChord = notes[i - 1]?.start === note.start || notes[i + 1]?.start === note.start;
    // Legato lets a note sound on a little into the next one.
    if (!isChord && soundsUntil - note.start <= (note.end - note.start) / 2) alone += 1;
    soundsUntil = Math.max(soundsUntil, note.end);
  });
  return alone / notes.length;
}

function highest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > 1.05 * values[best]! ? index : best), 0);
}
