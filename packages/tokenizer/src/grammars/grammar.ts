import { type Note, notesOf, type Piece } from '@etude/music';

/** A token that is not in the grammar it was read by, or not where the grammar allows it. */
export class TokenError extends Error {
  /** which token of the text, counted from 0 */
  readonly index: number;

  constructor(index: number, problem: string) {
    super(`token ${index + 1}: ${problem}`);
    this.name = 'TokenError';
    this.index = index;
  }
}

/** A piece cannot be written in a grammar. */
export class GrammarError extends Error {
  override name = 'GrammarError';
}

/** Steps that a grammar writes out one by one; a broken file may have an event millions of bars behind the others. */
const MOST_STEPS = 1_000_000;

/** @throws {GrammarError} where a piece is too long for a grammar that writes out every bar or frame */
export function checkLength(steps: number): void {
  if (steps <= MOST_STEPS) return;
  throw new GrammarError(
    `the piece lasts ${steps} steps of the grid, and ${MOST_STEPS} can be written: does an event stand far behind the others?`,
  );
}

/** Ticks a quarter note of what is decoded from a grid, about: fine enough for what players do. */
const FINE = 480;

/** Ticks that a step has in what is decoded from a grid of `steps` steps a quarter note. */
export function ticksOfStep(steps: number): number {
  return Math.ceil(FINE / steps);
}

/** Ends every piece of a corpus, and so stands before the first token of the next. */
export const END_OF_PIECE = 'EOS_None';

/** Where one stands in a piece, as far as it decides which tokens may follow; two states of one key are the same. */
export interface GrammarState {
  readonly key: string;
}

/** Which token may follow which. */
export interface TokenOrder {
  /** the state at the beginning of a piece */
  readonly start: GrammarState;
  /** The state that a token leads to; undefined where it may not stand there. */
  follow(state: GrammarState, token: string): GrammarState | undefined;
}

/** What a token says, whatever its grammar. */
export interface TokenMeaning {
  /**
   * What it is about: a note that begins; the end of a frame, of which likelihoods are published per frame (a step of time is none); a setting (metre, tempo, colour), without which the notes are the same; how far
   * the whole piece is transposed; something else, such as a time or a length
   */
  readonly role: 'note' | 'frame' | 'setting' | 'transposition' | 'other';
  /** MIDI key of the pitched note that begins */
  readonly key?: number;
  /** tokens that are alike differ in their amounts only: `Duration_3` and `Duration_4`, but not `Pitch_60` and `Pitch_61` */
  readonly alike: string;
  /** times, lengths, velocities, speeds: a token of others may stand for it where there is none of these */
  readonly amounts: readonly number[];
  /** for people: "C4 in channel 1" */
  readonly words: string;
}

/** One of the numbers that a model is told beside the last token. */
export interface ConditionField {
  readonly name: string;
  /** values are 0 to below this */
  readonly size: number;
}

/**
 * What follows from the tokens so far, spelled out for the model: where in the bar the next token stands, what stood there some bars ago. It
 * adds nothing that the tokens do not say, but spares the model to find it out.
 */
export interface Conditions {
  readonly fields: readonly ConditionField[];
  /** A reader at the beginning of a piece. */
  reader(): ConditionReader;
}

export interface ConditionReader {
  /** Writes the value of each field for the token that comes next, in their order, from an index on. */
  read(values: Int32Array, at: number): void;
  add(token: string): void;
}

/** A way to write music as tokens. */
export interface Grammar {
  /**
   * The tokens of a piece. What they are decoded to is encoded as the same tokens again; notes begin, and the last one ends, where the piece
   * has it or the grid puts it. The tokens of a beginning of the piece are the beginning of its tokens.
   * @param known the tokens that there are: a grammar in which no other token may stand for one that there is not writes the piece with those as well as it can
   * @throws {GrammarError} where it cannot write the piece
   */
  encode(piece: Piece, known?: readonly string[]): string[];
  /** What of a piece it takes where it cannot write all tracks; a grammar that can has no such function. */
  readonly partOf?: (piece: Piece) => Piece;
  /**
   * The piece that tokens stand for. What the grammar does not write down is left empty: names, and for some tempo and metre.
   * @throws {TokenError} at the first token that is none
   */
  decode(tokens: readonly string[]): Piece;
  /** ticks a quarter note of what is decoded */
  readonly division: number;
  /**
   * A reader at the beginning of a piece.
   * @param plan what the piece has to say, for a grammar with `planTokens`
   */
  reader(plan?: SongPlan): NoteReader;
  /** The tokens by which a piece says a plan at its beginning; absent where it cannot. */
  readonly planTokens?: (plan: SongPlan) => string[];
  /** The lines of notes of a piece as its tokens have them, in the order in which they come in; absent where lines do not come in. */
  readonly linesOf?: (piece: Piece) => PlannedLine[];
  /** What a token means; undefined of one that is none. */
  meaningOf(token: string): TokenMeaning | undefined;
  /**
   * The token that stands in its place in the same music `semitones` higher: of each token of a piece, it is the tokens of the piece as
   * `transpose` of the package music moves it. Undefined where MIDI has no such key. A grammar that writes all keys alike has no such function.
   */
  readonly transposed?: (token: string, semitones: number) => string | undefined;
  /** Tokens that songs may need although the music has none of them; absent for none. */
  readonly neededTokens?: readonly string[];
  /** Whether a token begins a line in a text for people. */
  startsLine(token: string): boolean;
  /** Whether a song that has no beginning given may begin with this token. */
  maySongStart(token: string): boolean;
  /**
   * Set where what a token says depends on all times before it: no other token may stand for it, and a piece cannot go on from music that was
   * fitted to what a model knows.
   */
  readonly hasTurns?: true;
  /** absent where a model is told nothing but the tokens */
  readonly conditions?: Conditions;
  /** absent where any token may follow any other */
  readonly order?: TokenOrder;
  /**
   * Rules that hold songs to a given voice, one for each song; a grammar that cannot tell a voice has no such function.
   * @param known all tokens that there are
   * @throws {GrammarError} where those tokens have no such voice
   */
  readonly around?: (voice: GivenVoice, known: readonly string[]) => () => VoiceRule;
}

/** One of the lines of notes that an instrument plays. */
export interface PlannedLine {
  /** of General MIDI, -1 for percussion */
  readonly program: number;
  /** which of the parts of that program, counted from 0 */
  readonly player: number;
  /** the tick at which its first note begins, in the grammar's division */
  readonly start: number;
}

/** What a song is to be from its beginning. */
export interface SongPlan {
  readonly metre?: { readonly numerator: number; readonly denominator: number } | undefined;
  /** bars behind the upbeat */
  readonly bars?: number | undefined;
  /** no upbeat, and no other metre later on */
  readonly isSteady?: boolean | undefined;
  /** it ends by itself with the bars that it says, and nowhere else */
  readonly endsAsSaid?: boolean | undefined;
  /** the lines that it has: each comes in where it does here, and no others do */
  readonly lines?: readonly PlannedLine[] | undefined;
  /** ticks of the longest note: one that has been held for longer ends before anything else happens, in grammars in which that is an event of its own */
  readonly longestNote?: number | undefined;
  /** the tokens that there are: nothing is begun that none of them can end */
  readonly known?: readonly string[];
}

/** A note that a token begins. */
interface NoteBegin {
  /** ticks from the beginning of the piece, in the grammar's division */
  readonly start: number;
  readonly key: number;
  /** which of the instruments, as numbers that differ */
  readonly track: number;
  /** that of percussion, or any other */
  readonly channel: number;
  /** of General MIDI, where the grammar writes it; absent for percussion */
  readonly program?: number;
}

/** Where a note begins that comes next. */
export interface NotePlace {
  /** ticks from the beginning of its bar */
  readonly inBar: number;
  /** pitched keys that sound there, but for those of its voice before it */
  readonly sounding: readonly number[];
  /** the key of its voice that ends there, of a chord the highest; undefined where none does */
  readonly before: number | undefined;
  /** how the other voices move that begin a note there as well: from which key to which */
  readonly moves: readonly VoiceMove[];
}

interface VoiceMove {
  readonly from: number;
  readonly to: number;
}

/** Follows the tokens of a piece, and knows where it stands. */
export interface NoteReader {
  /** The note that a token would begin here, pitched or of percussion; undefined where it begins none. */
  noteOf(token: string): NoteBegin | undefined;
  /** Whether a token makes sense here: no note ends that does not sound, and none begins that does. */
  allows(token: string): boolean;
  /** Ticks from the beginning of the piece at which it stands after a token, at least. */
  timeAfter(token: string): number;
  /** The tick at which a note has to begin after a token, where the token says so. */
  onsetAfter?(token: string): number | undefined;
  /** Where a note begins that comes next; a grammar that does not know what sounds there has no such function. */
  notePlace?(): NotePlace;
  /** Whether a piece may end here; absent where it may wherever the order of tokens has it. */
  readonly mayEnd?: boolean;
  add(token: string): void;
}

/** A voice that a song has to have as it is. */
export interface GivenVoice {
  /** in the grammar's ticks, as all of it */
  readonly piece: Piece;
  /** its pitched notes */
  readonly notes: readonly Pick<Note, 'start' | 'end' | 'key'>[];
  /** which of the parts of the music, counted from 1; `melody`, `bass`: above or below all else, where a grammar tells no parts apart */
  readonly as: number | 'melody' | 'bass';
  /** lines of notes that a song has at most, this one included, in a grammar where lines come in */
  readonly lines?: number | undefined;
  /** ticks of a bar */
  readonly bar: number;
}

/** Holds a song to a given voice while it is written. */
export interface VoiceRule {
  /** its notes, as a reader tells of them where they come in time */
  readonly notes: readonly NoteBegin[];
  /** the tick at which songs end with it, where its own bars say so */
  readonly until?: number;
  /**
   * Whether a token may come next: the voice has no other notes. Where it would pass by a note that is due, the tokens of which one has to come
   * in its place.
   */
  verdictOn(token: string): boolean | readonly string[];
  /** Whether a token would begin a note of the voice here. */
  isOfVoice(token: string): boolean;
  add(token: string): void;
}

/**
 * Pieces as a grammar takes them: one that writes a single track has one track of each.
 * @example
 * const [piece] = piecesFor(createGrammar(eventText), [canon]);
 * piece.tracks.map(({ name }) => name); // ['Violin I']
 */
export function* piecesFor({ partOf }: Pick<Grammar, 'partOf'>, pieces: Iterable<Piece>): Generator<Piece> {
  for (const piece of pieces) yield partOf?.(piece) ?? piece;
}

/**
 * A piece of a corpus, of whose tokens the last may be its end.
 * @throws {TokenError} at the first token that is none
 * @example
 * notesOf(decodePiece(grammar, ['Pitch_60', 'Frame_None', END_OF_PIECE])).length; // 1
 */
export function decodePiece(grammar: Grammar, tokens: readonly string[]): Piece {
  return grammar.decode(tokens.at(-1) === END_OF_PIECE ? tokens.slice(0, -1) : tokens);
}

/** A song cannot be played. The message says which one. */
export class SongError extends Error {
  override name = 'SongError';
}

/**
 * A song that was written in tokens.
 * @param number of the song, for messages
 * @throws {SongError} at a token that is none, or where there are no notes
 * @example
 * notesOf(decodeSong(grammar, ['Pitch_60', 'Frame_None'], 1)).length; // 1
 * decodeSong(grammar, ['Frame_None'], 2); // SongError: song 2 has no notes: …
 */
export function decodeSong(grammar: Grammar, tokens: readonly string[], number: number): Piece {
  let song: Piece;
  try {
    song = grammar.decode(tokens);
  } catch (error) {
    throw error instanceof TokenError ? new SongError(`song ${number}: ${error.message}`) : error;
  }
  if (notesOf(song).length > 0) return song;
  throw new SongError(`song ${number} has no notes: raise sample.length, or train for longer`);
}
