import { ChannelEvents } from '@etude/midi-reader';
import { DRUM_CHANNEL } from '../general-midi.js';
import { keyOf } from '../key.js';
import { type Piece, withEvents } from '../piece.js';

/** Ways to transpose into each of the twelve keys, as near as may be; the first changes nothing. */
export const ALL_KEYS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5];

/**
 * The piece `semitones` higher, percussion apart; undefined where a key would leave the range of MIDI.
 * @example
 * transpose(piece, -2); // a whole tone lower
 * transpose(piece, 127); // undefined
 */
export function transpose(piece: Piece, semitones: number): Piece | undefined {
  let fits = true;
  const result = withEvents(piece, ({ events }) => {
    const messages = events.messages.map((message) => {
      if (!namesPitch(message >> 16)) return message;
      const key = transposedKey((message >> 8) & 127, semitones);
      if (key === undefined) fits = false;
      return (message & ~0x7f00) | ((key ?? 0) << 8);
    });
    return new ChannelEvents(events.ticks, messages);
  });
  const keySignatures = piece.keySignatures.map((key) => ({ ...key, sharps: sharpsAfter(key.sharps, semitones) }));
  return fits ? { ...result, keySignatures } : undefined;
}

/**
 * Whether transposition changes a channel message of this status: one that begins or ends a note, or presses its key, percussion apart.
 * @example
 * namesPitch(0x90); // true
 * namesPitch(0x99); // false: channel 10
 */
export function namesPitch(status: number): boolean {
  return status >> 4 <= 10 && (status & 15) !== DRUM_CHANNEL;
}

/**
 * A key of MIDI `semitones` higher; undefined where MIDI has none.
 * @example
 * transposedKey(60, 7); // 67
 * transposedKey(125, 7); // undefined
 */
export function transposedKey(key: number, semitones: number): number | undefined {
  const moved = key + semitones;
  return moved < 0 || moved > 127 ? undefined : moved;
}

/**
 * The sharps of a key signature, flats below 0, `semitones` higher: seven semitones are one sharp more; of keys that sound alike the one with
 * fewer signs, and flats where both have six.
 * @example
 * sharpsAfter(0, 2); // 2: from C major to D major
 * sharpsAfter(0, 6); // -6
 */
export function sharpsAfter(sharps: number, semitones: number): number {
  const turned = (((sharps + semitones * 7) % 12) + 12) % 12;
  return turned > 5 ? turned - 12 : turned;
}

/**
 * How far a piece has to go, -6 to 5 semitones, to be in C major or A minor; its key is estimated where it does not say.
 * @example
 * semitonesToC(canon); // -2: it is in D major
 */
export function semitonesToC(piece: Piece): number {
  const { tonic, minor } = keyOf(piece);
  const major = minor ? (tonic + 3) % 12 : tonic;
  return major === 0 ? 0 : major > 6 ? 12 - major : -major;
}
