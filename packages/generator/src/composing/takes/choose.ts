import type { TokenTrace } from '../../sampling/song-draft.js';

/** One of the times that something was written. */
export interface Judged {
  /** what a musician would object to, counted */
  readonly faults: number;
  /** nats a token that the model needed for it, or for what follows it */
  readonly surprise: number;
}

/** Of the takes with the fewest faults the one of middling likelihood, since the likeliest repeats itself; of two in the middle the likelier. */
export function middleOf<T extends Judged>(takes: readonly T[]): T {
  const best = bestOf(takes);
  return best[(best.length - 1) >> 1]!;
}

/** Of the takes with the fewest faults the likeliest; of equals the first. */
export function likeliestOf<T extends Judged>(takes: readonly T[]): T {
  return bestOf(takes)[0]!;
}

/** The takes with the fewest faults, the likeliest first. */
function bestOf<T extends Judged>(takes: readonly T[]): T[] {
  const fewest = Math.min(...takes.map(({ faults }) => faults));
  return takes.filter(({ faults }) => faults === fewest).sort((a, b) => a.surprise - b.surprise);
}

/** Nats a token that the model needed for a song. */
export function surpriseOf(trace: readonly TokenTrace[]): number {
  const heard = trace.flatMap(({ probability }) => (probability === undefined ? [] : -Math.log(probability)));
  return heard.reduce((sum, nats) => sum + nats, 0) / Math.max(1, heard.length);
}
