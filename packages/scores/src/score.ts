/** A score, its parts side by side. Times are in units, of which a quarter note has {@link Score.division}. */
export interface Score {
  /** units a quarter note: every time in the score is whole */
  readonly division: number;
  readonly parts: readonly Part[];
}

export interface Part {
  readonly name: string;
  /** of General MIDI, 0 to 127 */
  readonly program: number;
  readonly measures: readonly Measure[];
}

/** A measure of a part. Times count from where it begins. */
export interface Measure {
  /** to the end of what is in it; 0 where nothing is */
  readonly length: number;
  /** length of a bar by the time signature; undefined where there is none */
  readonly bar: number | undefined;
  readonly notes: readonly ScoreNote[];
  readonly metres: readonly { readonly at: number; readonly numerator: number; readonly denominator: number }[];
  readonly keys: readonly { readonly at: number; readonly sharps: number; readonly minor: boolean }[];
  readonly tempos: readonly { readonly at: number; readonly microseconds: number }[];
  readonly repeats: Repeats;
}

/** How a measure is repeated. */
export interface Repeats {
  /** a repeat begins with it */
  readonly forward: boolean;
  /** how often a repeat is played that ends with it; 0 where none does */
  readonly backward: number;
  /** the times of a repeat in which it is played; none: each time */
  readonly endings: readonly number[];
}

export interface ScoreNote {
  readonly at: number;
  readonly length: number;
  /** as it sounds, 0 to 127; a sound of percussion where the note has no pitch */
  readonly key: number;
  readonly isDrum: boolean;
  /** whether it is tied to the note of its pitch that begins where it ends */
  readonly tied: boolean;
}

export function hasNotes({ parts }: Score): boolean {
  return parts.some(({ measures }) => measures.some(({ notes }) => notes.length > 0));
}
