import { ChannelEvents } from '@etude/midi-reader';
import { ALL_KEYS, notesDigest, type Piece, stretch, transpose } from '@etude/music';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildVocabulary,
  corpusVocabulary,
  createGrammar,
  END_OF_PIECE,
  encoderOf,
  tokenizationParams,
  tokenizeCorpus,
  tokensFormat,
  trainingSequences,
} from './index.js';
import { anyMusic } from './testing/pieces.js';

const hooks = { signal: new AbortController().signal, progress: () => {}, say: () => {} };
const tokenized = async (pieces: readonly Piece[], params: object) => {
  const { tokens, augmented, ...rest } = await tokenizeCorpus(
    pieces,
    { ...tokenizationParams.parse(params), seed: 1 },
    hooks,
  );
  const piecesOf = (bytes: Uint8Array) => [...tokensFormat.parseEach(bytes)];
  return { tokens: piecesOf(tokens), augmented: piecesOf(augmented), ...rest };
};

/** Pieces that each have notes, and not those of another one. */
const corpus = fc.uniqueArray(
  anyMusic.filter(({ tracks }) => tracks.some(({ events }) => events.length > 1)),
  { minLength: 2, maxLength: 5, selector: notesDigest },
);

describe('what is learned in all keys', () => {
  it('is what the transposed pieces and copies are, in vocabulary and sequences', async () => {
    await fc.assert(
      fc.asyncProperty(corpus, fc.constantFrom([], [2, 3]), async (pieces, tempoScales) => {
        const params = { grammar: { kind: 'session', stepsPerBeat: 4 }, transposeToAllKeys: true, tempoScales };
        const found = await tokenized(pieces, params);
        const grammar = createGrammar(found.grammar);
        const write = (piece: Piece) => [...grammar.encode(piece), END_OF_PIECE];
        const learned = pieces.filter((_, index) => found.split[index]!.training > 0);
        const inOwnKey = [...learned, ...learned.flatMap((piece) => tempoScales.map((scale) => stretch(piece, scale)))];
        const inOtherKeys = ALL_KEYS.slice(1).flatMap((key) =>
          inOwnKey.flatMap((piece) => transpose(piece, key) ?? []),
        );
        const all = [...pieces, ...inOwnKey.slice(learned.length), ...inOtherKeys];
        const vocabulary = buildVocabulary(all.flatMap(write), 'error');
        expect(corpusVocabulary(found, grammar, 'error')).toEqual(vocabulary);
        const sequence = (piece: Piece) => ({
          ids: encoderOf(vocabulary)([END_OF_PIECE, ...write(piece)]),
          rows: undefined,
        });
        const { training } = trainingSequences({ vocabulary }, grammar, found);
        expect(training).toEqual([...inOwnKey, ...inOtherKeys].map(sequence));
      }),
      { numRuns: 30 },
    );
  });

  it('is of one piece the part that is not held out, ended', async () => {
    const [piece] = fc.sample(
      anyMusic.filter(({ tracks }) => tracks.some(({ events }) => events.length > 20)),
      { numRuns: 1, seed: 1 },
    );
    const found = await tokenized([piece!], { grammar: 'factored', transposeToAllKeys: true, validation: 0.3 });
    const grammar = createGrammar(found.grammar);
    const vocabulary = corpusVocabulary(found, grammar, 'error');
    const { training, validation } = trainingSequences({ vocabulary }, grammar, found);
    const end = vocabulary.entries.findIndex(({ token }) => token === END_OF_PIECE);
    expect(validation).toHaveLength(1);
    expect(training).toHaveLength(12);
    for (const copy of training.slice(1)) {
      expect(copy.ids).toHaveLength(training[0]!.ids.length + 1);
      expect([copy.ids[0], copy.ids.at(-1)]).toEqual([end, end]);
    }
  });

  it('is refused where the vocabulary lacks it, or dropped, as it says itself', () => {
    const grammar = createGrammar({ grammar: 'chord-frame', division: 480, steps: 1, velocities: 1 });
    const found = {
      tokens: [['Pitch_60', 'Frame_None', END_OF_PIECE]],
      augmented: [],
      split: [{ tokens: 3, training: 3, keys: [2] }],
    };
    const vocabulary = (unseen: 'error' | 'drop') => buildVocabulary(found.tokens[0]!, unseen);
    expect(() => trainingSequences({ vocabulary: vocabulary('error') }, grammar, found)).toThrow(
      'token 2: "Pitch_62" is not one of the vocabulary',
    );
    const { training } = trainingSequences({ vocabulary: vocabulary('drop') }, grammar, found);
    expect(training.map(({ ids }) => ids.length)).toEqual([4, 3]);
  });
});

it.each([
  'score',
  'factored',
  'session',
] as const)('counts the notes of the end that is held out, in %s', async (kind) => {
  const events = Array.from({ length: 200 }, (_, i) => [
    { tick: i * 480, status: 0x90, data1: 60 + ((i * 7) % 12), data2: 80 },
    { tick: i * 480 + 480, status: 0x80, data1: 60 + ((i * 7) % 12), data2: 0 },
  ]).flat();
  const tracks = [{ name: '', events: ChannelEvents.of(events) }];
  const piece: Piece = { division: 480, tempos: [], timeSignatures: [], keySignatures: [], tracks };
  const { tokenization } = await tokenized([piece], { grammar: { kind, stepsPerBeat: 4 }, validation: 0.1 });
  expect(tokenization.heldOut.notes).toBeGreaterThanOrEqual(20);
  expect(tokenization.heldOut.notes).toBeLessThanOrEqual(24);
});
