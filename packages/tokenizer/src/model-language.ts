import * as z from 'zod';
import { distanceOfAmounts } from './fit-tokens.js';
import type { GrammarSettings } from './grammars/create-grammar.js';
import type { Grammar } from './grammars/grammar.js';
import { grammarFormat } from './tokenization-formats.js';
import type { Vocabulary } from './vocabulary.js';

/** What a model's ids stand for. */
export interface ModelLanguage {
  /** by id */
  readonly tokens: readonly string[];
  readonly grammar: GrammarSettings;
}

/** A model does not say what its tokens mean, or says something else. */
export class LanguageError extends Error {
  override name = 'LanguageError';
}

/**
 * What a model file says of its tokens, for its metadata: with it the file stands alone.
 * @example
 * languageToMetadata(buildVocabulary(['b', 'a', 'a'], 'error'), settings).tokens; // '["a","b"]'
 */
export function languageToMetadata({ entries }: Vocabulary, grammar: GrammarSettings): Record<string, string> {
  return { tokens: JSON.stringify(entries.map(({ token }) => token)), grammar: JSON.stringify(grammar) };
}

/**
 * The inverse of {@link languageToMetadata}.
 * @throws {LanguageError} where the metadata lack it
 * @example
 * languageFromMetadata(languageToMetadata(buildVocabulary(['b', 'a', 'a'], 'error'), settings)).tokens; // ['a', 'b']
 */
export function languageFromMetadata(metadata: Readonly<Record<string, string>>): ModelLanguage {
  try {
    const tokens = z.array(z.string()).parse(JSON.parse(metadata.tokens!));
    return { tokens, grammar: grammarFormat.parse(Buffer.from(metadata.grammar!)) };
  } catch {
    throw new LanguageError('expected a model that says which tokens it knows, found none: train it again');
  }
}

/**
 * For each token of a vocabulary the id of the one that a model knows which says the same, or else the one that is most like it: another amount (a
 * length, a number of bars), another pitch. -1 where there is none.
 * @example
 * relatedTokens(buildVocabulary(['Pitch_61'], 'error'), ['Pitch_40', 'Pitch_60'], grammar); // [1]: that of the nearest pitch
 */
export function relatedTokens(
  { entries }: Vocabulary,
  known: readonly string[],
  { meaningOf }: Pick<Grammar, 'meaningOf'>,
): number[] {
  const ids = new Map(known.map((token, id) => [token, id]));
  const meanings = known.map((token) => meaningOf(token));
  return entries.map(({ token }) => {
    const same = ids.get(token);
    if (same !== undefined) return same;
    const wanted = meaningOf(token);
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    meanings.forEach((meaning, id) => {
      const distance = wanted && meaning ? distanceOf(wanted, meaning) : Number.POSITIVE_INFINITY;
      if (distance < least) [best, least] = [id, distance];
    });
    return best;
  });
}

type Meaning = NonNullable<ReturnType<Grammar['meaningOf']>>;

/** How far two tokens are from meaning the same; infinite where they are of different kinds. */
function distanceOf(a: Meaning, b: Meaning): number {
  if (a.key !== undefined && b.key !== undefined && a.amounts.length + b.amounts.length === 0) {
    return Math.abs(a.key - b.key);
  }
  if (a.alike !== b.alike || a.amounts.length !== b.amounts.length) return Number.POSITIVE_INFINITY;
  return distanceOfAmounts(a.amounts, b.amounts);
}
