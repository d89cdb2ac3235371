import type { Piece } from '@etude/music';
import type { Grammar } from './grammars/grammar.js';
import type { Vocabulary } from './vocabulary.js';

/** Music has a pitch or an instrument for which the vocabulary has no token. */
export class UnknownMusicError extends Error {
  override name = 'UnknownMusicError';
}

/**
 * Ids for a piece that the vocabulary was not built from, in tokens of the grammar as near as there are: see `fitTokens`.
 * @param as name: of the music, for messages; bars: of the song that it is the beginning of, for a grammar in which pieces say how long they are
 * @throws {UnknownMusicError} at a note of a pitch or an instrument that the music learnt from does not have
 * @throws {GrammarError} where the grammar cannot write the piece with these tokens
 * @example
 * const { ids, changed, leftOut } = fitMusic(motif, vocabulary, grammar); // changed: 0 where the model knows every token
 */
export function fitMusic(
  piece: Piece,
  vocabulary: Vocabulary,
  grammar: Pick<Grammar, 'meaningOf' | 'encode' | 'planTokens'>,
  { name, bars }: { readonly name?: string; readonly bars?: number | undefined } = {},
): ReturnType<typeof fitTokens> {
  const known = vocabulary.entries.map(({ token }) => token);
  const said = bars === undefined ? [] : (grammar.planTokens?.({ bars }) ?? []);
  const kindOf = (token: string) => grammar.meaningOf(token)?.alike;
  const tokens = grammar
    .encode(piece, known)
    .map((token) => said.find((planned) => kindOf(planned) === kindOf(token)) ?? token);
  return fitTokens(tokens, vocabulary, grammar, name);
}

/**
 * Ids for music that the vocabulary was not built from: a token that it lacks becomes the one that says the same with the nearest time,
 * velocity or length. A setting that has no such neighbour is left out.
 * @param name of the music, for messages
 * @returns how many had to change, and how many were left out
 * @throws {UnknownMusicError} at a note of a pitch or an instrument that the music learnt from does not have
 */
export function fitTokens(
  tokens: readonly string[],
  { entries }: Vocabulary,
  { meaningOf }: Pick<Grammar, 'meaningOf'>,
  name = 'the song',
): { ids: number[]; changed: number; leftOut: number } {
  const ids = new Map(entries.map(({ token }, id) => [token, id]));
  const neighbours = new Map<string, { id: number; amounts: readonly number[] }[]>();
  for (const [id, { token }] of entries.entries()) {
    const meaning = meaningOf(token);
    if (meaning === undefined) continue;
    const { alike, amounts } = meaning;
    neighbours.set(alike, [...(neighbours.get(alike) ?? []), { id, amounts }]);
  }
  let [changed, leftOut] = [0, 0];
  const fitted = tokens.flatMap((token) => {
    const id = ids.get(token);
    if (id !== undefined) return [id];
    const { role, alike, amounts, words } = meaningOf(token)!;
    const near = neighbours.get(alike) ?? [];
    if (near.length > 0) {
      changed += 1;
      const distance = (other: { amounts: readonly number[] }) => distanceOfAmounts(other.amounts, amounts);
      return [near.reduce((best, other) => (distance(other) < distance(best) ? other : best)).id];
    }
    if (role !== 'setting') {
      throw new UnknownMusicError(
        `${name}: the music learnt from has no ${words}, and songs can play only what it has`,
      );
    }
    leftOut += 1;
    return [];
  });
  return { ids: fitted, changed, leftOut };
}

/** How far the amounts of two tokens that are alike are apart: 3 from 6 as far as 30 from 60. */
export function distanceOfAmounts(some: readonly number[], others: readonly number[]): number {
  return some.reduce((sum, amount, i) => sum + Math.abs(Math.log((amount + 1) / (others[i]! + 1))), 0);
}
