/** Of notes whose grammar or music tells none. */
export const PLAIN_VELOCITY = 80;

/**
 * The velocity that stands for all those of its part of the range.
 * @param velocity 1 to 127
 * @param count how many parts of equal size the range has, 1 to 127
 */
export function nearVelocity(velocity: number, count: number): number {
  const part = Math.floor((velocity * count) / 128);
  return Math.max(1, Math.floor(((part + 0.5) * 128) / count));
}
