import { isNoteOff, isNoteOn, keyId } from '@etude/midi-reader';
import { isDrum, lastTick, type Note, type Piece } from '@etude/music';

/** What in a song would sound like a fault. */
export interface Soundness {
  /** notes that are never ended, although the song goes on for more than 8 quarter notes after they begin */
  readonly stuckNotes: number;
  /** notes struck while the same key of the same channel still sounds */
  readonly overlaps: number;
}

/** A note that is not ended sounds wrong if it is still heard so many quarter notes later; what sounds when a song is cut is ended there. */
const STUCK_BEATS = 8;

/**
 * The keys of all pitched notes of some pieces.
 * @example
 * pitchesOf([[{ key: 60, channel: 0 }, { key: 36, channel: 9 }]]); // Set { 60 }: channel 9 is percussion
 */
export function pitchesOf(pieces: readonly (readonly Pick<Note, 'key' | 'channel'>[])[]): ReadonlySet<number> {
  const keys = new Set<number>();
  for (const notes of pieces) for (const note of notes) if (!isDrum(note)) keys.add(note.key);
  return keys;
}

export function measureSoundness(song: Piece): Soundness {
  let [stuckNotes, overlaps] = [0, 0];
  const last = lastTick(song);
  for (const { events } of song.tracks) {
    /** tick by channel and key */
    const down = new Map<number, number>();
    for (const event of events) {
      const key = keyId(event);
      if (isNoteOn(event)) {
        if (down.has(key)) overlaps += 1;
        down.set(key, event.tick);
      } else if (isNoteOff(event)) down.delete(key);
    }
    for (const tick of down.values()) if (last - tick > STUCK_BEATS * song.division) stuckNotes += 1;
  }
  return { stuckNotes, overlaps };
}
