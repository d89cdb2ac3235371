import type { Effect, Injections, SongSoFar } from '../../sampling/effect.js';
import { endsInLoop } from './loops.js';

/** What is injected into songs, and when, prepared for one model. */
export interface Noise {
  /** tokens from one disturbance to the next; where `everyTicks` is undefined as well: only where the song loops */
  readonly every?: number | undefined;
  /** the same in ticks of the song */
  readonly everyTicks?: number | undefined;
  /** tokens before the first one */
  readonly from: number;
  /** in turn */
  readonly disturbances: readonly { readonly kind: string; begin(song: SongSoFar): Effect }[];
}

/** Injects noise into one song, when it is due. */
export function injections(noise: Noise): Injections {
  let [count, lastToken, lastTick] = [0, 0, 0];
  const isDue = ({ tokens, now }: SongSoFar) => {
    if (noise.everyTicks !== undefined) return count === 0 || now - lastTick >= noise.everyTicks;
    if (noise.every !== undefined) return count === 0 || tokens.length - lastToken >= noise.every;
    return endsInLoop(tokens, lastToken);
  };
  return {
    next(song) {
      if (song.tokens.length < noise.from || !isDue(song)) return undefined;
      const { kind, begin } = noise.disturbances[count % noise.disturbances.length]!;
      [count, lastToken, lastTick] = [count + 1, song.tokens.length, song.now];
      return { kind, effect: begin(song) };
    },
  };
}
