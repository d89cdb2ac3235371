import { CopyIndex, measureNovelty } from '@etude/measures';
import type { Computing, Model } from '@etude/model';
import { notesOf } from '@etude/music';
import { decodePiece, type Grammar, tokensOfIds, type Vocabulary } from '@etude/tokenizer';
import { songOptions } from './composing/rules/grammar-constraint.js';
import { listenerOf } from './composing/rules/listener.js';
import { toldRows } from './composing/told-rows.js';
import { UNBENT } from './sampling/distribution.js';
import { sample } from './sampling/sample-songs.js';

/** Short songs that tell how much a model copies. */
const [SONGS, LENGTH] = [8, 256];

/**
 * Tells of a model what share of the notes of short songs is in copied runs of 8 or more, 0 to 1: always the same draws, and nothing that holds
 * it back.
 * @param pieces tokens of the music that the model learns from
 * @throws {TokenError} at a token of the music that is none of the grammar
 * @example
 * const copiedShare = noveltyProbe({ tf, kernels }, vocabulary, grammar, pieces);
 * await copiedShare(untrained); // below 0.05
 * await copiedShare(trained); // above 0.3 where it knows the pieces by heart
 */
export function noveltyProbe(
  computing: Computing,
  vocabulary: Vocabulary,
  grammar: Grammar,
  pieces: Iterable<readonly string[]>,
): (model: Model) => Promise<number> {
  const index = new CopyIndex(Array.from(pieces, (tokens) => [notesOf(decodePiece(grammar, tokens))]));
  const options = {
    ...{ songs: SONGS, length: LENGTH, seed: 1, prime: [], bending: UNBENT },
    ...songOptions(vocabulary, grammar),
    listener: listenerOf(vocabulary, grammar, { copies: [], prime: 0 }),
  };
  return async (model) => {
    let [copied, all] = [0, 0];
    const told = toldRows(model, vocabulary, grammar);
    for (const { tokens } of await sample(computing, model, { ...options, told })) {
      const notes = notesOf(grammar.decode(tokensOfIds(vocabulary, tokens)));
      copied += notes.length * measureNovelty(notes, index, (time) => time).copiedShare;
      all += notes.length;
    }
    return all === 0 ? 0 : copied / all;
  };
}
