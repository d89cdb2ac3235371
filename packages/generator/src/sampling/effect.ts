/** A note, as far as noise has to know it. */
export interface HeardNote {
  /** 0 to 127 */
  readonly key: number;
  /** which of the instruments, as numbers that differ */
  readonly voice: number;
}

/** A song while it is written, as what steers it sees it. */
export interface SongSoFar {
  readonly tokens: readonly number[];
  /** ticks from the beginning at which the song stands; 0 where nobody listens */
  readonly now: number;
  /** the latest notes */
  readonly recentNotes: readonly HeardNote[];
  /** the note that a token would begin; undefined where it begins none */
  noteOf(id: number): HeardNote | undefined;
  /** the tick at which a note begins with a token or has to begin after it; undefined where it says neither */
  onsetOf(id: number): number | undefined;
  /** Whether the grammar allows a token next. */
  isPossible(id: number): boolean;
  /** Whether given music may go on with a token: no note ends that does not sound, none begins that does, and nothing forbids it. */
  allowsGiven(id: number): boolean;
  /** Whether it makes sense and breaks no rule. */
  obeysRules(id: number): boolean;
  /** A token of those that pass a test, each as likely as the others; undefined where none does. */
  drawWhere(test: (id: number) => boolean): number | undefined;
}

/** A change to the model's state before the next token: noise in proportion to its size, on some layers, or the state of the song beside. */
export type StateChange =
  | { readonly kind: 'state'; readonly scale: number; readonly layers?: readonly number[] | undefined }
  | { readonly kind: 'swap' };

interface Replacement {
  readonly id: number;
  /** what the trace says of it */
  readonly label: string;
  /** it comes from music of the user's own, so that the trace says nothing of refused tokens and rules that were given up */
  readonly isGiven: boolean;
}

/** Something that acts on a song for some tokens. */
export interface Effect {
  /** what the trace says where it begins; nothing where it only says what came of it */
  readonly label?: string;
  isOver(): boolean;
  /** what the temperature is multiplied by */
  readonly temperature?: number;
  /** Whether a token must not be drawn, as long as no rule has been given up for it. */
  refuses?(id: number): boolean;
  /**
   * A token in place of the one that was drawn, and what the trace says of it; undefined where that one stays. Nothing was drawn where no
   * token may come.
   */
  inPlaceOf?(drawn: number | undefined): Replacement | undefined;
  readonly state?: StateChange;
}

/** What begins in a song, and when. */
export interface Injections {
  /** What begins before the next token. One of a kind ends what there is of that kind. */
  next(song: SongSoFar): { readonly kind: string; readonly effect: Effect } | undefined;
}
