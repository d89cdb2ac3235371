import { ChannelEvents } from '@etude/midi-reader';
import { DRUM_CHANNEL } from '../general-midi.js';
import { keyOf } from '../key.js';
import { type Piece, withEvents } from '../piece.js';

/** Ways to transpose into each of the twelve keys, as near as may be; the first changes nothing. */
export const ALL_KEYS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5];

/**
 * The piece `semitones` higher, percussion apart; undefined where a key would leave the range of MIDI.
 */
export function transpose(piece: Piece, semitones: number): Piece | undefined {
  let fits = true;
  const result = withEvents(piece, ({ events }) => {
    const messages = events.messages.map((message) => {
      const kind = message >> 20;
      if (kind > 10 || ((message >> 16) & 15) === DRUM_CHANNEL) return message;
      const key = ((message >> 8) & 127) + semitones;
      if (key < 0 || key > 127) fits = false;
      return (message & ~0x7f00) | ((key & 127) << 8);
    });
    return new ChannelEvents(events.ticks, messages);
  });
  const keySignatures = piece.keySignatures.map((key) => ({ ...key, sharps: sharpsAfter(key.sharps, semitones) }));
  return fits ? { ...result, keySignatures } : undefined;
}

/** Seven semitones up are one sharp more; of keys that sound alike the one with fewer signs, and flats where both have six. */
function sharpsAfter(sharps: number, semitones: number): number {
  const turned = (((sharps + semitones * 7) % 12) + 12) % 12;
  return turned > 5 ? turned - 12 : turned;
}

/** How far a piece has to go, -6 to 5 semitones, to be in C major or A minor; its key is estimated where it does not say. */
export function semitonesToC(piece: Piece): number {
  const { tonic, minor } = keyOf(piece);
  const major = minor ? (tonic + 3) % 12 : tonic;
  return major === 0 ? 0 : major > 6 ? 12 - major : -major;
}
