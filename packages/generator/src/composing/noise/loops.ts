/** Tokens that a turn of a loop has at most. */
const LONGEST_TURN = 160;
/** Shorter loops are looked at this many tokens long: one note repeated a few times is no fault. */
const SHORTEST_LOOP = 24;

/**
 * Whether a song is in a loop: its end is the same stretch twice, one right after the other.
 * @param tokens of the song so far
 * @param since what was written before this place was dealt with already
 */
export function endsInLoop(tokens: readonly number[], since: number): boolean {
  const length = tokens.length - since;
  for (let turn = 1; turn <= Math.min(LONGEST_TURN, length >> 1); turn++) {
    const wanted = Math.max(turn, SHORTEST_LOOP - turn);
    if (turn + wanted > length) continue;
    let equal = 0;
    while (equal < wanted && tokens[tokens.length - 1 - equal] === tokens[tokens.length - 1 - equal - turn]) equal += 1;
    if (equal >= wanted) return true;
  }
  return false;
}
