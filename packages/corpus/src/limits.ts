import { countBars, lastTick, type Piece } from '@etude/music';

/** Files hold more only where something is broken: tracks of an orchestra, bars of a week of music. */
const LIMITS = { tracks: 1_000, bars: 100_000, quarterNotes: 1_000_000 };

/** A file that has more of something than music has. */
export class LimitError extends Error {
  override name = 'LimitError';
}

/** @throws {LimitError} where a file has more tracks than are read */
export function checkTracks(count: number): void {
  if (count <= LIMITS.tracks) return;
  throw new LimitError(`the file has ${inWords(count)} tracks; Etude learns from at most ${inWords(LIMITS.tracks)}`);
}

/**
 * Whoever goes through a piece bar by bar, or writes out its steps, would never end where one event stands millions of bars behind the others.
 * @throws {LimitError} where a piece lasts longer than any music
 */
export function checkDuration(piece: Piece): void {
  const last = lastTick(piece);
  const lasts = (count: number, what: string, most: number) => {
    if (count <= most) return;
    const hint = 'does an event stand far behind the others?';
    throw new LimitError(`the piece lasts ${inWords(count)} ${what}; Etude reads at most ${inWords(most)}: ${hint}`);
  };
  lasts(Math.ceil(last / piece.division), 'quarter notes', LIMITS.quarterNotes);
  lasts(countBars(last, piece), 'bars', LIMITS.bars);
}

function inWords(count: number): string {
  return count.toLocaleString('en');
}
