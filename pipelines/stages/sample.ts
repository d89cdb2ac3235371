import { linesOf, notesOf, pieceFromJson } from '@etude/corpus';
import { type Constraint, type Judge, sample as sampleSongs } from '@etude/generator';
import { CopyGuard, CopyIndex } from '@etude/measures';
import { modelFromBytes } from '@etude/model';
import { defineStage } from '@etude/pipeline';
import {
  createGrammar,
  decode,
  END_OF_PIECE,
  encoderOf,
  formatTokens,
  type Grammar,
  readPieces,
  START,
  type Vocabulary,
} from '@etude/tokenizer';
import * as z from 'zod';
import { grammarFromJson } from './grammar-json.js';
import { loadKernels } from './kernels.js';
import { vocabularyFromJson } from './vocabulary-json.js';

export const sample = defineStage({
  name: 'sample',
  version: 5,
  summary: 'Writes songs token by token with the trained model',
  params: z.strictObject({
    songs: z.int().min(1).max(1000).default(3).describe('how many songs to write'),
    length: z
      .int()
      .min(1)
      .default(1000)
      .describe('tokens of each song; of a corpus at most, since its songs have an end of their own'),
    temperature: z
      .number()
      .min(0)
      .default(1)
      .describe('above 1: more surprising, below 1: safer; 0: always the likeliest'),
    prime: z.int().min(0).default(0).describe('how many tokens each song takes from the beginning of the first piece'),
    copyLimit: z
      .int()
      .min(0)
      .default(8)
      .describe(
        'notes in a row at most that a song may have in common with a piece, in any key and tempo; 0: any number',
      ),
    seed: z.int().default(1).describe('seed of the draws; each song has a stream of its own'),
  }),
  inputs: { model: 'file', vocabulary: 'file', tokens: 'file', grammar: 'file', pieces: 'file' },
  outputs: { songs: 'files' },
  async run({ params, inputs, signal, progress }) {
    const vocabulary = vocabularyFromJson(inputs.vocabulary.text());
    const grammar = createGrammar(grammarFromJson(inputs.grammar.text()).settings);
    const [first = []] = readPieces(inputs.tokens.bytes);
    const beginning = first.slice(0, params.prime).filter((token) => token !== END_OF_PIECE);
    const prime = [...encoderOf(vocabulary)(beginning)];
    const boundary = vocabulary.entries.findIndex(({ token }) => token === END_OF_PIECE);
    const options = {
      ...{ ...params, prime, firstToken: firstTokenWeights(vocabulary, grammar) },
      boundary: boundary < 0 ? undefined : boundary,
      constraint: constraintOf(vocabulary, grammar),
      judge: params.copyLimit === 0 ? undefined : judgeOf(vocabulary, grammar, params, inputs.pieces.bytes),
    };
    const { tf, kernels } = await loadKernels();
    const model = modelFromBytes(tf, inputs.model.bytes);
    const songs = await sampleSongs(tf, kernels, model, options, {
      signal,
      onProgress: ({ done, total }) => progress({ done, total, unit: 'tokens' }),
    });
    tf.dispose(model.weights as never);
    return { songs: songs.map((ids) => formatTokens(decode(vocabulary, ids), grammar)) };
  },
});

/** How likely a song without a prime begins with each token: as often as it stands in the music, if it may begin one. */
function firstTokenWeights({ entries }: Vocabulary, grammar: Grammar): number[] {
  const weights = entries.map(({ token, count }) =>
    token !== END_OF_PIECE && grammar.maySongStart(token) ? count : 0,
  );
  return weights.some((weight) => weight > 0) ? weights : entries.map(({ count }) => count);
}

/** A judge that lets no song copy more than it may. What the prime says is given, and counts for nothing. */
function judgeOf(
  { entries }: Vocabulary,
  grammar: Grammar,
  { copyLimit, prime }: { copyLimit: number; prime: number },
  pieces: Uint8Array,
): () => Judge {
  const index = new CopyIndex(Array.from(linesOf(pieces), (line) => notesOf(pieceFromJson(line))));
  return () => {
    const guard = new CopyGuard(index, copyLimit);
    const reader = grammar.reader();
    let count = 0;
    return {
      allows(id) {
        const note = reader.noteOf(entries[id]!.token);
        return note === undefined || guard.allows(note);
      },
      add(id) {
        const { token } = entries[id]!;
        const note = reader.noteOf(token);
        if (note !== undefined && count >= prime) guard.add(note);
        reader.add(token);
        count += 1;
      },
    };
  };
}

/** What the grammar allows, found out once for each state that comes up. */
function constraintOf({ entries }: Vocabulary, { follow }: Grammar): Constraint | undefined {
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
