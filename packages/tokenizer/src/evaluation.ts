import { END_OF_PIECE, type Grammar, type TokenMeaning } from './grammars/grammar.js';
import type { ModelInput } from './training-sequences.js';
import type { Vocabulary } from './vocabulary.js';

/** Share of the probability that is kept for pitches which the vocabulary lacks, all of them together; the same for lengths and other amounts. */
const UNSEEN_SHARE = 1e-6;
const KEYS = 128;
/** Amounts that a token may have: steps of a length, bars of a piece. */
const AMOUNTS = 10_000;

/** Music as a model is asked how likely it is. */
export interface EvaluatedMusic {
  /** token ids of each piece; below 0, and one less than its negative, is a token that is heard and not counted */
  readonly sequences: readonly { readonly ids: Int32Array; readonly rows?: Uint16Array | undefined }[];
  readonly pieces: number;
  /**
   * tokens that are counted: not how a piece is transposed, nor, where likelihoods are those of frames as the field publishes them, where it
   * ends
   */
  readonly tokens: number;
  /** of those, pitches and amounts that the vocabulary lacks */
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
 * Pieces as the ids of a vocabulary. A pitch or an amount that it lacks is heard as the nearest one that it has, and what it costs is counted
 * apart.
 * @param onlyHeard the id of a token that is heard and not counted
 * @throws {EvaluationError} at any other token that it lacks, or where there are no pieces
 * @example
 * const vocabulary = buildVocabulary(['Pitch_60', 'Frame_None'], 'error');
 * const music = [['Pitch_60', 'Frame_None', 'Pitch_61', 'Frame_None']];
 * evaluatedMusic(music, { vocabulary }, grammar, onlyHeard).unseen; // 1: Pitch_61
 */
export function evaluatedMusic(
  music: Iterable<readonly string[]>,
  { vocabulary, conditions }: ModelInput,
  grammar: Grammar,
  onlyHeard: (id: number) => number,
): EvaluatedMusic {
  const pieces = [...music];
  if (pieces.length === 0) throw new EvaluationError('there is nothing to evaluate: no piece is for testing');
  const hasFrames = pieces.some((tokens) => tokens.some((token) => grammar.meaningOf(token)?.role === 'frame'));
  const counts = (token: string) =>
    token === END_OF_PIECE ? !hasFrames : grammar.meaningOf(token)?.role !== 'transposition';
  const { encode, knows, unseenPitches } = evaluationEncoder(vocabulary, grammar, {
    known: (id, token) => (counts(token) ? id : onlyHeard(id)),
    unknown: onlyHeard,
  });
  // The first token of a piece is told from what ended the one before, or where nothing ends pieces not at all.
  const isEnded = (tokens: readonly string[]) => tokens.at(-1) === END_OF_PIECE;
  const told = pieces.flatMap((tokens) => (isEnded(tokens) ? tokens : tokens.slice(1))).filter(counts);
  const unseen = told.filter((token) => !knows(token));
  const known = told.length - unseen.length;
  const unseenNats = unseen.reduce((sum, token) => {
    const others = grammar.meaningOf(token)?.amounts.length === 0 ? unseenPitches : AMOUNTS;
    return sum - Math.log(UNSEEN_SHARE / Math.max(1, others));
  }, 0);
  const count = (role: TokenMeaning['role']) => told.filter((token) => grammar.meaningOf(token)?.role === role).length;
  return {
    sequences: pieces.map((tokens) => {
      const heard = isEnded(tokens) ? [END_OF_PIECE, ...tokens] : tokens;
      const ids = encode(heard);
      return { ids, rows: conditions?.of(heard) };
    }),
    ...{ pieces: pieces.length, tokens: told.length, unseen: unseen.length },
    notes: count('note'),
    frames: count('frame'),
    nats: (perKnownToken) => known * (perKnownToken - Math.log(1 - 2 * UNSEEN_SHARE)) + unseenNats,
  };
}

function evaluationEncoder(
  { entries }: Vocabulary,
  grammar: Grammar,
  told: { known(id: number, token: string): number; unknown(id: number): number },
) {
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
  /** the nearest token that the vocabulary has, where only its pitch or its one amount is another */
  const nearestTo = (token: string): number | undefined => {
    const key = keyOf(token);
    if (key !== undefined)
      return nearest(
        known.map((each) => ({ id: each.id, value: each.key })),
        key,
      );
    const meaning = grammar.meaningOf(token);
    if (meaning?.amounts.length !== 1) return undefined;
    const alike = entries.flatMap(({ token: other }, id) => {
      const { alike: name, amounts = [] } = grammar.meaningOf(other) ?? {};
      return name === meaning.alike && amounts.length === 1 ? [{ id, value: amounts[0]! }] : [];
    });
    return nearest(alike, meaning.amounts[0]!);
  };
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id !== undefined) return told.known(id, token);
    const near = nearestTo(token);
    if (near !== undefined) return told.unknown(near);
    throw new EvaluationError(`"${token}" is in the music to evaluate, and the vocabulary of the model lacks it`);
  };
  return {
    encode: (tokens: readonly string[]) => Int32Array.from(tokens, idOf),
    knows: (token: string) => ids.has(token),
    unseenPitches: KEYS - known.length,
  };
}

function nearest(candidates: readonly { id: number; value: number }[], wanted: number): number | undefined {
  const [first, ...others] = candidates;
  const distance = ({ value }: { value: number }) => Math.abs(value - wanted);
  if (first === undefined) return undefined;
  return others.reduce((best, other) => (distance(other) < distance(best) ? other : best), first).id;
}
