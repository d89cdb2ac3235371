import { ChannelEvents } from '@etude/midi-reader';
import { type Piece, withEvents } from '../piece.js';

/**
 * The piece with the velocity of every note changed by up to `most` either way.
 * @param random numbers from 0 to below 1
 * @example
 * const random = createRandom(1);
 * jitterVelocity(canon, 8, () => random.next()); // velocities from 88 to 104, where all were 96
 */
export function jitterVelocity(piece: Piece, most: number, random: () => number): Piece {
  return withEvents(piece, ({ events }) => {
    const messages = events.messages.map((message) => {
      const velocity = message & 127;
      if (message >> 20 !== 9 || velocity === 0) return message;
      const change = Math.floor(random() * (2 * most + 1)) - most;
      return (message & ~127) | Math.min(127, Math.max(1, velocity + change));
    });
    return new ChannelEvents(events.ticks, messages);
  });
}
