import { isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';
import { isDrum, type Note, type Piece } from '@etude/music';

/** What in a song would sound like a fault. */
export interface Soundness {
  /** notes that are never ended */
  readonly stuckNotes: number;
  /** notes struck while the same key of the same channel still sounds */
  readonly overlaps: number;
  /** share of the notes whose pitch class is one of the source's, 0 to 1; 1 where there are no notes */
  readonly inScale: number;
  /** notes higher or lower than any of the source */
  readonly outOfRange: number;
}

/** The keys of all pitched notes of some pieces. */
export function pitchesOf(pieces: readonly (readonly Note[])[]): ReadonlySet<number> {
  const keys = new Set<number>();
  for (const notes of pieces) for (const note of notes) if (!isDrum(note)) keys.add(note.key);
  return keys;
}

/** @param learnt the keys of the music that the song was learnt from */
export function measureSoundness(song: Piece, notes: readonly Note[], learnt: ReadonlySet<number>): Soundness {
  let [stuckNotes, overlaps] = [0, 0];
  for (const { events } of song.tracks) {
    const down = new Set<number>();
    for (const event of events) {
      const key = keyId(event);
      if (isNoteOn(event)) {
        if (down.has(key)) overlaps += 1;
        down.add(key);
      } else if (isNoteOff(event)) down.delete(key);
    }
    stuckNotes += down.size;
  }
  const pitched = notes.filter((note) => !isDrum(note));
  const scale = new Set(Array.from(learnt, (key) => key % 12));
  const [lowest, highest] = [Math.min(128, ...learnt), Math.max(-1, ...learnt)];
  const inScale = pitched.filter(({ key }) => scale.has(key % 12)).length;
  return {
    ...{ stuckNotes, overlaps, inScale: pitched.length === 0 ? 1 : inScale / pitched.length },
    outOfRange: pitched.filter(({ key }) => key < lowest || key > highest).length,
  };
}
