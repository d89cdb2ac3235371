import { chooseKernels, initialWeights, type LanguageModelShape, modelToBytes } from '@etude/model';
import { createRandom } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { buildVocabulary, type GrammarSettings, languageToMetadata } from '@etude/tokenizer';
import { describe, expect, it } from 'vitest';
import { BaseModelError, baseModel } from './base-model.js';
import { type TrainingOptions, train } from './index.js';
import { cycle, options } from './testing/small-training.js';

const loaded = await loadTensorFlow();
const { tf } = loaded;
const { kernels } = chooseKernels(loaded, { threads: 1 });
const settings: GrammarSettings = { grammar: 'score', division: 480, steps: 12, velocities: 1 };
const vocabularyOf = (...tokens: string[]) => buildVocabulary(tokens, 'error');
const known = vocabularyOf('Pitch_60', 'Pitch_64', 'Duration_6', 'Duration_24', 'EOS_None');
const conditions = { fields: [{ name: 'position', values: [0, 6, 12] }], directUnits: 3 };
const shape: LanguageModelShape = {
  ...{ model: 'stacked-lstm', layers: 1, units: 4, vocabulary: 5, tiedEmbeddings: false, conditions },
};
const weights = initialWeights(tf, shape, createRandom(1));
const bytes = await modelToBytes({ shape, weights }, { about: languageToMetadata(known, settings) });
const numbers = (of: typeof weights, name: string) => of[name]!.arraySync() as number[][];

describe('a model that knows music already', () => {
  it('keeps the weights of what it knows, for new tokens those of the nearest, and has new ones for others', () => {
    const vocabulary = vocabularyOf('Duration_24', 'Duration_8', 'Pitch_60', 'Pitch_63', 'Program_40');
    const base = baseModel(bytes, { vocabulary, settings });
    expect(base.tokens).toEqual({ same: 2, related: 2, fresh: 1 });
    expect(base.shape).toEqual({ ...shape, vocabulary: 5 });
    const first = base.firstWeights(tf, 7);
    const id = (of: typeof known, token: string) => of.entries.findIndex((entry) => entry.token === token);
    const pairs = [
      ...[
        ['Duration_24', 'Duration_24'],
        ['Duration_8', 'Duration_6'],
      ],
      ...[
        ['Pitch_60', 'Pitch_60'],
        ['Pitch_63', 'Pitch_64'],
      ],
    ] as [string, string][];
    for (const [token, relative] of pairs) {
      const [mine, its] = [id(vocabulary, token), id(known, relative)];
      expect(numbers(first, 'embedding')[mine]).toEqual(numbers(weights, 'embedding')[its]);
      for (const name of ['output.weight', 'direct.weight']) {
        const column = (of: typeof weights, at: number) => numbers(of, name).map((row) => row[at]);
        expect(column(first, mine)).toEqual(column(weights, its));
      }
    }
    const alone = id(vocabulary, 'Program_40');
    for (const row of numbers(weights, 'embedding')) expect(numbers(first, 'embedding')[alone]).not.toEqual(row);
    for (const name of ['lstm.0.input.weight', 'conditions.embedding', 'direct.embedding']) {
      expect(numbers(first, name)).toEqual(numbers(weights, name));
    }
  });

  it('is refused where its music was written otherwise, or it is none', () => {
    const vocabulary = vocabularyOf('Pitch_60');
    expect(() => baseModel(bytes, { vocabulary, settings: { ...settings, steps: 24 } })).toThrow(
      'the model was trained on score with 12 steps a quarter note, and this music is written in score with 24 steps a quarter note',
    );
    expect(() => baseModel(Uint8Array.of(1, 2, 3), { vocabulary, settings })).toThrow(BaseModelError);
  });

  it('learns on: training begins with its weights, and the same seed gives the same', async () => {
    const corpus = { training: [{ ids: cycle }], validation: [] };
    const long: TrainingOptions = { ...options, steps: 60 };
    const { model } = await train({ tf, kernels }, corpus, long);
    const firstLoss = async (firstWeights: TrainingOptions['firstWeights']) => {
      const { curve } = await train({ tf, kernels }, corpus, { ...long, steps: 1, firstWeights });
      return curve[0]!.trainingLoss;
    };
    const copy = () =>
      Object.fromEntries(Object.entries(model.weights).map(([name, weight]) => [name, weight.clone()]));
    expect(await firstLoss(undefined)).toBeGreaterThan(1);
    expect(await firstLoss(copy)).toBeLessThan(0.5);
  });
});
