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
