/** Parts of a quarter note in which rhythms are told apart: 32nds and triplets of sixteenths, but not how a player is early or late. */
const GAP_PARTS = 24;

/** A time from beginning to beginning, in parts of a quarter note. */
export function gapPart(ticks: number, division: number): number {
  return Math.round((GAP_PARTS * ticks) / division);
}
