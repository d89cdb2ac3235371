import { readFileSync } from 'node:fs';
import { readMidi } from '@etude/midi-reader';
import { chooseKernels, initialWeights, type LanguageModelShape } from '@etude/model';
import { createRandom, type Piece, piecesOf } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { buildVocabulary, createGrammar, encoderOf } from '@etude/tokenizer';
import { train } from '@etude/trainer';
import { expect, it } from 'vitest';
import { noveltyProbe } from './novelty-probe.js';

const tune: Piece = piecesOf(
  readMidi(readFileSync(new URL('../../../data/tune-book/auld-lang-syne.mid', import.meta.url))),
)[0]!;

it('finds nothing copied by a model that knows nothing, and much by one that knows a tune by heart', {
  timeout: 120_000,
}, async () => {
  const loaded = await loadTensorFlow();
  const { tf } = loaded;
  const { kernels } = chooseKernels(loaded, { threads: 1 });
  const piece = { ...tune, tracks: tune.tracks.filter(({ events }) => events.length > 10) };
  const grammar = createGrammar({ grammar: 'factored', division: piece.division, steps: 4, velocities: 1 });
  const tokens = grammar.encode(piece);
  const vocabulary = buildVocabulary(tokens, 'error');
  const shape: LanguageModelShape = {
    ...{ model: 'stacked-lstm', layers: 1, units: 48, tiedEmbeddings: false },
    vocabulary: vocabulary.entries.length,
  };
  const probe = noveltyProbe({ tf, kernels }, vocabulary, grammar, [tokens]);
  const unlearnt = { shape, weights: initialWeights(tf, shape, createRandom(1)) };
  expect(await probe(unlearnt)).toBeLessThan(0.05);
  const corpus = { training: [{ ids: encoderOf(vocabulary)(tokens) }], validation: [] };
  const { model } = await train({ tf, kernels }, corpus, {
    ...{
      shape,
      steps: 300,
      batch: 4,
      window: 32,
      learningRate: 0.01,
      warmup: 0,
      decay: 'none',
      clip: 1,
      weightDecay: 0,
      averaging: 0,
    },
    ...{ dropout: 0, recurrentDropout: 0, lockedDropout: false, labelSmoothing: 0, evaluateEvery: 300, seed: 1 },
    earlyStopping: { on: 'loss', patience: 0, copiedShare: 0 },
  });
  const known = await probe(model);
  expect(known).toBeGreaterThan(0.3);
  expect(await probe(model)).toBe(known);
});
