import type { TokenTrace } from '../../sampling/song-draft.js';

/** Something that was written several times, to choose from. */
interface Costly {
  /** the least is chosen; 0: nothing is wrong with it */
  readonly cost: number;
}

/** What it costs to end because nothing was left that may follow: more than any fault but silence. */
export const STUCK = 1000;
export const SILENT = 10_000;

/** How often a song is written at most, each time with all of its takes. */
const ROUNDS = 3;

/** The take that costs least; of equals the first. */
export function cheapest<T extends Costly>(takes: readonly T[]): T {
  return takes.reduce((best, take) => (take.cost < best.cost ? take : best));
}

/**
 * Writes something again as long as it costs anything, a few times at most, and gives the cheapest.
 * @param mayBeFree whether another round could cost nothing
 */
export async function cheapestOfRounds<T extends Costly>(
  write: (round: number) => T | Promise<T>,
  mayBeFree: boolean,
): Promise<T> {
  let best = await write(0);
  for (let round = 1; best.cost > 0 && mayBeFree && round < ROUNDS; round++) {
    best = cheapest([best, await write(round)]);
  }
  return best;
}

/** Nats a token that the model needed for a song. */
export function surpriseOf(trace: readonly TokenTrace[]): number {
  const heard = trace.flatMap(({ probability }) => (probability === undefined ? [] : -Math.log(probability)));
  return heard.reduce((sum, nats) => sum + nats, 0) / Math.max(1, heard.length);
}
