import type { Piece } from './piece.js';

/**
 * Seconds from the beginning of a piece by tick, by its tempos; 120 quarter notes a minute where there is none (SMF 1.0, "Set Tempo").
 * @example
 * const secondsAt = tempoMap({ tempos: [{ tick: 480, microseconds: 1_000_000 }], division: 480 });
 * secondsAt(960); // 1.5: a quarter note at 120 a minute, one at 60
 */
export function tempoMap({ tempos, division }: Pick<Piece, 'tempos' | 'division'>): (tick: number) => number {
  const marks = [{ tick: 0, seconds: 0, microseconds: 500_000 }];
  for (const { tick, microseconds } of tempos) {
    const before = marks.at(-1)!;
    const seconds = before.seconds + ((tick - before.tick) / division) * (before.microseconds / 1e6);
    marks.push({ tick, seconds, microseconds });
  }
  return (tick) => {
    let [low, high] = [0, marks.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (marks[middle]!.tick <= tick) low = middle;
      else high = middle;
    }
    const { tick: from, seconds, microseconds } = marks[low]!;
    return seconds + ((tick - from) / division) * (microseconds / 1e6);
  };
}
