import { barsOf, type Piece, ticksOfBar } from '@etude/music';
import { END_OF_PIECE, type Grammar, type SongPlan, type Vocabulary } from '@etude/tokenizer';
import { CompositionError } from './composition-error.js';
import type { SongSettings } from './settings.js';

type Composing = { readonly grammar: Grammar; readonly vocabulary: Vocabulary };

/** How songs begin and how long they are. */
export interface WantedSong {
  /** what they say at their beginning; absent where the grammar cannot */
  readonly plan: SongPlan | undefined;
  /** bars behind the upbeat after which they are made to end; absent where they end by themselves, or after their length */
  readonly bars: number | undefined;
}

/**
 * What songs are to be. Of a single piece no model learns how music ends and who plays: such songs have its instruments and lines, which come in
 * where they do in it, and are made to end after as many bars as it has or as are wanted.
 * @param typical of the pieces learned from: that of which songs have what they do not say
 * @throws {CompositionError} where the grammar cannot say a metre, or the music learned from has nothing like it
 */
export function wantedSong(
  { bars, metre: text, voice }: Pick<SongSettings, 'bars' | 'metre' | 'voice'>,
  typical: Piece,
  { grammar, vocabulary }: Composing,
): WantedSong {
  const [numerator, denominator] = text?.split('/').map(Number) ?? [];
  const metre = numerator && denominator ? { numerator, denominator } : undefined;
  if (grammar.planTokens === undefined) {
    if (metre) throw new CompositionError('sample.metre needs a grammar in which songs begin with their metre: score');
    return { plan: undefined, bars };
  }
  const known = vocabulary.entries.map(({ token }) => token);
  const hasEnd = known.includes(END_OF_PIECE);
  for (const token of grammar.planTokens({ metre })) {
    if (known.includes(token)) continue;
    const metres = known.flatMap((each) => /^TimeSig_(.*)$/.exec(each)?.[1] ?? []);
    throw new CompositionError(
      `the music learned from has no ${grammar.meaningOf(token)!.words}; it has: ${metres.sort().join(', ')}`,
    );
  }
  // A length that no piece has is said as the nearest one, and songs are made to end after it.
  const isSaid = grammar.planTokens({ bars }).every((token) => known.includes(token));
  if (hasEnd && isSaid) return { plan: { metre, bars, endsAsSaid: voice === undefined }, bars: undefined };
  const made = bars ?? lengthsIn({ grammar, vocabulary })[0];
  // Round a given voice they are its own business.
  const lines = voice ? undefined : grammar.linesOf?.(typical);
  return { plan: { metre, bars: made && nearestLength(made, { grammar, vocabulary }), lines }, bars: made };
}

/** What a song in a form says at its beginning, where the grammar can: bars of one metre, as many as it has or nearly. */
export function formPlan(
  wanted: SongPlan | undefined,
  bars: number,
  typical: Piece,
  composing: Composing,
): SongPlan | undefined {
  if (composing.grammar.planTokens === undefined) return wanted;
  const metre = wanted?.metre ?? metreOf(typical);
  return { ...wanted, metre, bars: nearestLength(bars, composing), isSteady: true, endsAsSaid: false };
}

/** The numbers of bars that pieces say. */
function lengthsIn({ grammar, vocabulary }: Composing): number[] {
  return vocabulary.entries.flatMap(({ token }) => {
    const meaning = grammar.meaningOf(token);
    return meaning?.alike === 'bars' ? meaning.amounts : [];
  });
}

/** The number of bars that pieces say and that is nearest; of two the smaller one. */
function nearestLength(bars: number, composing: Composing): number | undefined {
  const distance = (length: number) => Math.abs(length - bars);
  return lengthsIn(composing).sort((a, b) => distance(a) - distance(b) || a - b)[0];
}

/** Ticks of a bar of songs. */
export function barTicks(metre: SongPlan['metre'], typical: Piece, { division }: Pick<Grammar, 'division'>): number {
  if (metre === undefined) return ticksOfBar(typical, division);
  return Math.round((division * 4 * metre.numerator) / metre.denominator);
}

/** Ticks of what stands before the first whole bar of a piece. */
export function upbeatTicks(piece: Piece, { division }: Pick<Grammar, 'division'>): number {
  const bar = barsOf(piece.timeSignatures, piece.division).next().value;
  const upbeat = Math.round((bar.length * division) / piece.division);
  return upbeat < ticksOfBar(piece, division) ? upbeat : 0;
}

/** The metre that `ticksOfBar` counts with. */
function metreOf({ timeSignatures }: Piece): NonNullable<SongPlan['metre']> {
  const { numerator, denominator } = timeSignatures[0] ?? { numerator: 4, denominator: 4 };
  return { numerator, denominator };
}
