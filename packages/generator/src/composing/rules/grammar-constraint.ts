import { END_OF_PIECE, type Grammar, type Vocabulary } from '@etude/tokenizer';
import type { Constraint } from '../../sampling/listener.js';
import type { WritingOptions } from '../../sampling/song-draft.js';

/**
 * What the vocabulary and the grammar say of where a song begins, how it goes on, and what ends it.
 * @example
 * await sample(computing, model, { ...songOptions(vocabulary, grammar), songs: 1, length: 800, seed: 1, prime: [], bending: UNBENT });
 */
export function songOptions(
  vocabulary: Vocabulary,
  grammar: Grammar,
): Pick<WritingOptions, 'firstToken' | 'boundary' | 'constraint'> {
  const boundary = vocabulary.entries.findIndex(({ token }) => token === END_OF_PIECE);
  return {
    firstToken: firstTokenWeights(vocabulary, grammar),
    boundary: boundary < 0 ? undefined : boundary,
    constraint: constraintOf(vocabulary, grammar),
  };
}

/** How likely a song without a prime begins with each token: as often as it stands in the music, if it may begin one. */
function firstTokenWeights({ entries }: Vocabulary, grammar: Grammar): number[] {
  const weights = entries.map(({ token, count }) =>
    token !== END_OF_PIECE && grammar.maySongStart(token) ? count : 0,
  );
  return weights.some((weight) => weight > 0) ? weights : entries.map(({ count }) => count);
}

/** What the grammar allows, found out once for each state that comes up. */
function constraintOf({ entries }: Vocabulary, { order }: Grammar): (() => Constraint) | undefined {
  if (order === undefined) return undefined;
  const known = new Map<string, boolean[]>();
  return () => {
    let state = order.start;
    return {
      allowed() {
        let allowed = known.get(state.key);
        if (allowed === undefined) {
          allowed = entries.map(({ token }) => order.follow(state, token) !== undefined);
          known.set(state.key, allowed);
        }
        return allowed;
      },
      add(id) {
        state = order.follow(state, entries[id]!.token) ?? state;
      },
    };
  };
}
