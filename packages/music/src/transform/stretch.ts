import { ChannelEvents } from '@etude/midi-reader';
import { type Piece, withEvents } from '../piece.js';

/**
 * The piece `factor` times as long: its tempo marks stay, its notes are stretched.
 * @example
 * stretch(piece, 2); // half as fast
 */
export function stretch(piece: Piece, factor: number): Piece {
  const scaled = <T extends { tick: number }>(list: readonly T[]) =>
    list.map((each) => ({ ...each, tick: Math.round(each.tick * factor) }));
  const meta = { tempos: scaled(piece.tempos), timeSignatures: scaled(piece.timeSignatures) };
  return {
    ...withEvents(
      piece,
      ({ events }) =>
        new ChannelEvents(
          events.ticks.map((tick) => Math.round(tick * factor)),
          events.messages,
        ),
    ),
    ...{ ...meta, keySignatures: scaled(piece.keySignatures) },
    ...(piece.end !== undefined && { end: Math.round(piece.end * factor) }),
  };
}

/**
 * The piece with another number of ticks a quarter note; exact where that is a multiple of the present one.
 * @example
 * rescale({ ...piece, division: 480 }, 24); // a quarter note has 24 ticks in place of 480
 */
export function rescale(piece: Piece, division: number): Piece {
  return division === piece.division ? piece : { ...stretch(piece, division / piece.division), division };
}
