import { isDrum, type Note, type Piece } from '@etude/corpus';
import { isNoteOff, isNoteOn } from '@etude/midi-reader';

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

/** @param source the notes that the song was learnt from */
export function measureSoundness(song: Piece, notes: readonly Note[], source: readonly Note[]): Soundness {
  let [stuckNotes, overlaps] = [0, 0];
  for (const { events } of song.tracks) {
    const down = new Set<number>();
    for (const event of events) {
      const key = ((event.status & 15) << 7) | event.data1;
      if (isNoteOn(event)) {
        if (down.has(key)) overlaps += 1;
        down.add(key);
      } else if (isNoteOff(event)) down.delete(key);
    }
    stuckNotes += down.size;
  }
  const pitched = notes.filter((note) => !isDrum(note));
  const learnt = source.filter((note) => !isDrum(note)).map(({ key }) => key);
  const scale = new Set(learnt.map((key) => key % 12));
  const [lowest, highest] = learnt.reduce(([low, high], key) => [Math.min(low, key), Math.max(high, key)], [128, -1]);
  const inScale = pitched.filter(({ key }) => scale.has(key % 12)).length;
  return {
    ...{ stuckNotes, overlaps, inScale: pitched.length === 0 ? 1 : inScale / pitched.length },
    outOfRange: pitched.filter(({ key }) => key < lowest || key > highest).length,
  };
}
