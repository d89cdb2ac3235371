import type { Constraint, Listener } from '@etude/generator';
import { CopyGuard, type CopyIndex } from '@etude/measures';
import { END_OF_PIECE, type Grammar, START, type Vocabulary } from '@etude/tokenizer';

/** How likely a song without a prime begins with each token: as often as it stands in the music, if it may begin one. */
export function firstTokenWeights({ entries }: Vocabulary, grammar: Grammar): number[] {
  const weights = entries.map(({ token, count }) =>
    token !== END_OF_PIECE && grammar.maySongStart(token) ? count : 0,
  );
  return weights.some((weight) => weight > 0) ? weights : entries.map(({ count }) => count);
}

/** What the grammar allows, found out once for each state that comes up. */
export function constraintOf({ entries }: Vocabulary, { follow }: Grammar): Constraint | undefined {
  if (follow === undefined) return undefined;
  const known = new Map<string, boolean[]>();
  return {
    start: START,
    allowed(state) {
      let allowed = known.get(state);
      if (allowed === undefined) {
        allowed = entries.map(({ token }) => follow(state, token) !== undefined);
        known.set(state, allowed);
      }
      return allowed;
    },
    follow: (state, id) => follow(state, entries[id]!.token) ?? state,
  };
}

/** Hears notes, and refuses what makes no sense or would copy too much. What the prime says is given, and counts for nothing. */
export function listenerOf(
  { entries }: Vocabulary,
  grammar: Grammar,
  { index, copyLimit, prime }: { index?: CopyIndex | undefined; copyLimit: number; prime: number },
): () => Listener {
  return () => {
    const guard = index && new CopyGuard(index, copyLimit);
    const reader = grammar.reader();
    const noteOf = (id: number) => reader.noteOf(entries[id]!.token);
    let count = 0;
    return {
      keyOf: (id) => noteOf(id)?.key,
      allows(id) {
        if (!reader.allows(entries[id]!.token)) return false;
        const note = guard && noteOf(id);
        return note === undefined || guard!.allows(note);
      },
      add(id) {
        const note = guard && noteOf(id);
        if (note !== undefined && count >= prime) guard!.add(note);
        reader.add(entries[id]!.token);
        count += 1;
      },
    };
  };
}
