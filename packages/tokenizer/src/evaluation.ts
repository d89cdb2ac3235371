import { END_OF_PIECE, type Grammar, type TokenMeaning } from './grammars/grammar.js';
import type { ModelInput } from './training-sequences.js';
import type { Vocabulary } from './vocabulary.js';

/** Share of the probability that is kept for pitches which the vocabulary lacks, all of them together. */
const UNSEEN_SHARE = 1e-6;
const KEYS = 128;

/** What says where a piece begins or ends, and how it is transposed, is no music. */
const isMusic = (token: string, { meaningOf }: Grammar) =>
  token !== END_OF_PIECE && meaningOf(token)?.role !== 'transposition';

/** Music as a model is asked how likely it is. */
export interface EvaluatedMusic {
  /** token ids of each piece; below 0, and one less than its negative, is a token that is heard and not counted */
  readonly sequences: readonly { readonly ids: Int32Array; readonly rows?: Int32Array | undefined }[];
  readonly pieces: number;
  /** tokens of music, without those that say where a piece begins or ends and how it is transposed */
  readonly tokens: number;
  /** of those, pitches that the vocabulary lacks */
  readonly unseen: number;
  readonly notes: number;
  readonly frames: number;
  /** Nats of all tokens of music together, where the model needs so many per token that it knows. */
  nats(perKnownToken: number): number;
}

/** There is no music, or it has a token for which the vocabulary has none, and which no other can stand for. */
export class EvaluationError extends Error {
  override name = 'EvaluationError';
}

/**
 * Pieces as the ids of a vocabulary. A pitch that it lacks is heard as the nearest one that it has, and what it costs is counted apart.
 * @param onlyHeard the id of a token that is heard and not counted
 * @throws {EvaluationError} at any other token that it lacks, or where there are no pieces
 */
export function evaluatedMusic(
  music: Iterable<readonly string[]>,
  { vocabulary, conditions }: ModelInput,
  grammar: Grammar,
  onlyHeard: (id: number) => number,
): EvaluatedMusic {
  const pieces = [...music];
  if (pieces.length === 0) throw new EvaluationError('there is nothing to evaluate: no piece is for testing');
  const { encode, knows, unseenPitches } = evaluationEncoder(vocabulary, grammar, onlyHeard);
  // The first token of a piece is told from what ended the one before, or where nothing ends pieces not at all.
  const isEnded = (tokens: readonly string[]) => tokens.at(-1) === END_OF_PIECE;
  const told = pieces
    .flatMap((tokens) => (isEnded(tokens) ? tokens : tokens.slice(1)))
    .filter((token) => isMusic(token, grammar));
  const known = told.filter(knows).length;
  const unseen = told.length - known;
  const count = (role: TokenMeaning['role']) => told.filter((token) => grammar.meaningOf(token)?.role === role).length;
  return {
    sequences: pieces.map((tokens) => {
      const heard = isEnded(tokens) ? [END_OF_PIECE, ...tokens] : tokens;
      return { ids: encode(heard), rows: conditions?.of(heard) };
    }),
    ...{ pieces: pieces.length, tokens: told.length, unseen },
    notes: count('note'),
    frames: count('frame'),
    nats: (perKnownToken) =>
      known * (perKnownToken - Math.log(1 - UNSEEN_SHARE)) -
      unseen * Math.log(UNSEEN_SHARE / Math.max(1, unseenPitches)),
  };
}

function evaluationEncoder({ entries }: Vocabulary, grammar: Grammar, onlyHeard: (id: number) => number) {
  const ids = new Map(entries.map(({ token }, id) => [token, id]));
  /** the pitch that a token names, where it says nothing else */
  const keyOf = (token: string) => {
    const meaning = grammar.meaningOf(token);
    return meaning?.amounts.length === 0 ? meaning.key : undefined;
  };
  const known = entries.flatMap(({ token }, id) => {
    const key = keyOf(token);
    return key === undefined ? [] : [{ key, id }];
  });
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id !== undefined) return isMusic(token, grammar) ? id : onlyHeard(id);
    const wanted = keyOf(token);
    if (wanted === undefined || known.length === 0) {
      throw new EvaluationError(`"${token}" is in the music to evaluate, and the vocabulary of the model lacks it`);
    }
    const distance = ({ key }: { key: number }) => Math.abs(key - wanted);
    return onlyHeard(known.reduce((best, other) => (distance(other) < distance(best) ? other : best)).id);
  };
  return {
    encode: (tokens: readonly string[]) => Int32Array.from(tokens, idOf),
    knows: (token: string) => ids.has(token),
    unseenPitches: KEYS - known.length,
  };
}
