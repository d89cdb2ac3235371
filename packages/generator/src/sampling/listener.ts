import type { HeardNote } from './effect.js';

/** Follows a song, and knows what may come next. */
export interface Constraint {
  /** for each token whether it may come (V) */
  allowed(): ArrayLike<boolean>;
  add(id: number): void;
}

/** Hears a song as music while it is written. */
export interface Listener {
  /** the note that a token would begin; undefined where it begins none */
  noteOf(id: number): HeardNote | undefined;
  /** the tick at which a note begins with a token or has to begin after it; undefined where it says neither */
  onsetOf(id: number): number | undefined;
  /** ticks from the beginning at which the song stands */
  now(): number;
  /** what can be given up, and in which order, where all of it together leaves no token */
  readonly rules: readonly string[];
  /**
   * Whether a token may come next, by all that the song has so far, with the first `relaxed` rules given up.
   * @param isGiven whether the token is of music that the user gave
   */
  allows(id: number, relaxed: number, isGiven?: boolean): boolean;
  /** Whether a token may not come even where all rules are given up. */
  forbids(id: number): boolean;
  /** Whether a token would be of music that the user gave. */
  isGiven(id: number): boolean;
  /** Whether the song may end here by itself; absent where it may anywhere. */
  mayEnd?(): boolean;
  /** Tokens of which one has to come where a token was drawn that would pass them by; none for most. */
  insteadOf?(id: number): readonly number[];
  /** Ticks from the beginning of the song at which it stands after a token. */
  timeAfter(id: number): number;
  /** @param isGiven whether the token is of music that the user gave */
  add(id: number, isGiven: boolean): void;
  /** Hears at which tick the song will end. */
  endsAt?(tick: number): void;
}
