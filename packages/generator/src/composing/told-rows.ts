import type { Model } from '@etude/model';
import { conditionRows, type Grammar, type Vocabulary } from '@etude/tokenizer';
import type { ToldRows } from '../sampling/sample-songs.js';

/** What a model is told of the songs that it writes; undefined where it is told nothing. */
export function toldRows({ shape }: Model, { entries }: Vocabulary, grammar: Grammar): ToldRows | undefined {
  const rows = conditionRows(grammar, shape.conditions?.fields);
  return (
    rows && {
      count: rows.count,
      follow() {
        const follower = rows.follow();
        return { add: (id) => follower.add(entries[id]!.token), write: (to, at) => follower.write(to, at) };
      },
    }
  );
}
