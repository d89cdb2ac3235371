import { type Piece, ticksOfBar } from '@etude/music';
import type { Grammar, SongPlan, Vocabulary } from '@etude/tokenizer';
import { CompositionError } from './composition-error.js';
import type { SongSettings } from './settings.js';

/**
 * What songs say at their beginning, where the grammar can.
 * @throws {CompositionError} where it cannot say a metre, or the music learned from has nothing like it
 */
export function songPlan(
  { bars, metre: text }: Pick<SongSettings, 'bars' | 'metre'>,
  { grammar, vocabulary }: { readonly grammar: Grammar; readonly vocabulary: Vocabulary },
): SongPlan | undefined {
  const [numerator, denominator] = text?.split('/').map(Number) ?? [];
  const metre = numerator && denominator ? { numerator, denominator } : undefined;
  if (grammar.planTokens === undefined) {
    if (metre) throw new CompositionError('sample.metre needs a grammar in which songs begin with their metre: score');
    return undefined;
  }
  const known = new Set(vocabulary.entries.map(({ token }) => token));
  for (const plan of [{ metre }, { bars }]) {
    for (const token of grammar.planTokens(plan)) {
      if (known.has(token)) continue;
      const alike = grammar.meaningOf(token)!.words;
      const kind = token.split('_')[0]!;
      const others = [...known]
        .filter((each) => each.startsWith(`${kind}_`))
        .map((each) => each.slice(kind.length + 1));
      const numeric = others.sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b));
      throw new CompositionError(`the music learned from has no ${alike}; it has: ${numeric.join(', ')}`);
    }
  }
  return { metre, bars };
}

/** What a song in a form says at its beginning, where the grammar can: bars of one metre, as many as it has or nearly. */
export function formPlan(
  wanted: SongPlan | undefined,
  bars: number,
  first: Piece,
  { grammar, vocabulary }: { readonly grammar: Grammar; readonly vocabulary: Vocabulary },
): SongPlan | undefined {
  if (grammar.planTokens === undefined) return wanted;
  const known = new Set(vocabulary.entries.map(({ token }) => token));
  const isKnown = (count: number) => grammar.planTokens!({ bars: count }).every((token) => known.has(token));
  const near = Array.from({ length: 2 * bars }, (_, i) => bars + (i % 2 === 0 ? -(i >> 1) : (i + 1) >> 1)); // bars, + 1, - 1, + 2, …
  return {
    metre: wanted?.metre ?? metreOf(first),
    bars: near.find((count) => count > 0 && isKnown(count)),
    isSteady: true,
  };
}

/** Ticks of a bar of songs. */
export function barTicks(metre: SongPlan['metre'], first: Piece, { division }: Pick<Grammar, 'division'>): number {
  if (metre === undefined) return ticksOfBar(first, division);
  return Math.round((division * 4 * metre.numerator) / metre.denominator);
}

/** The metre that `ticksOfBar` counts with. */
function metreOf({ timeSignatures }: Piece): NonNullable<SongPlan['metre']> {
  const { numerator, denominator } = timeSignatures[0] ?? { numerator: 4, denominator: 4 };
  return { numerator, denominator };
}
