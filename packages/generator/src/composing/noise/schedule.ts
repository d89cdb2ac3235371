import type { Effect, Injections, SongSoFar } from '../../sampling/effect.js';
import { endsInLoop } from './loops.js';

/** What is injected into songs, and when, prepared for one model. */
export interface Noise {
  /** ticks from one disturbance to the next; undefined: only where the song loops */
  readonly every?: number | undefined;
  /** ticks before the first one */
  readonly from: number;
  /** in turn */
  readonly disturbances: readonly { readonly kind: string; begin(song: SongSoFar): Effect }[];
}

/** Injects noise into one song, when it is due. */
export function injections(noise: Noise): Injections {
  const { every, from, disturbances } = noise;
  let [count, lastToken, dueAt] = [0, 0, from];
  return {
    next(song) {
      if (song.now < dueAt || (every === undefined && !endsInLoop(song.tokens, lastToken))) return undefined;
      const { kind, begin } = disturbances[count % disturbances.length]!;
      [count, lastToken, dueAt] = [count + 1, song.tokens.length, song.now + (every ?? 0)];
      return { kind, effect: begin(song) };
    },
  };
}
