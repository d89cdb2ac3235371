import { initialWeights, type LanguageModelShape, meanLoss, modelToBytes, onlyHeard } from '@etude/model';
import { createRandom } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { buildVocabulary, encoderOf, grammarFormat, vocabularyFormat } from '@etude/tokenizer';

import { describe, expect, it } from 'vitest';
import { loadKernels } from '../computing/kernels.js';
import { inputFile, runStage } from '../testing/run-stage.js';
import { evaluate } from './evaluate.js';

const tokens = (text: string) => text.trim().split(/\s+/);
const vocabulary = buildVocabulary(tokens('Pitch_60 Pitch_64 Frame_None Pitch_62 Frame_None EOS_None'), 'error');
const settings = { grammar: 'chord-frame', division: 480, steps: 1, velocities: 1 } as const;
const shape: LanguageModelShape = {
  ...{ model: 'stacked-lstm', layers: 1, units: 8, tiedEmbeddings: false },
  vocabulary: vocabulary.entries.length,
};

describe('evaluate', async () => {
  const { tf } = await loadTensorFlow();
  const { kernels } = await loadKernels();
  const model = { shape, weights: initialWeights(tf, shape, createRandom(1)) };
  const bytes = await modelToBytes(model);
  const run = async (test: string) => {
    const { outputs } = await runStage(evaluate, {
      inputs: {
        model: inputFile(bytes),
        vocabulary: inputFile(vocabularyFormat.serialize(vocabulary)),
        grammar: inputFile(grammarFormat.serialize(settings)),
        test: inputFile(test),
      },
    });
    return JSON.parse(outputs.likelihood![0]!.text()) as { natsPerToken: number; natsPerFrame: number };
  };

  it('tells nats per frame: the sum over the tokens of all frames', async () => {
    const text = 'Pitch_60 Pitch_64 Frame_None Frame_None EOS_None';
    const ids = [...encoderOf(vocabulary)(tokens(`EOS_None ${text}`))];
    const sequence = Int32Array.from(ids, (id, i) => (i === 0 || i === ids.length - 1 ? onlyHeard(id) : id));
    const nats = 4 * meanLoss({ tf, kernels }, model, [{ ids: sequence }], 256);
    const found = await run(`${text}\n`);
    expect(found).toMatchObject({ pieces: 1, tokens: 4, unseen: 0, notes: 2, frames: 2 });
    expect(found.natsPerFrame).toBeCloseTo(nats / 2, 4);
  });

  it('counts a pitch that the model has never had as what is kept for all such', async () => {
    const [known, unseen] = [await run('Pitch_60 Frame_None EOS_None\n'), await run('Pitch_61 Frame_None EOS_None\n')];
    expect(unseen).toMatchObject({ tokens: 2, unseen: 1 });
    // 125 of 128 keys share a millionth; both end their frame alike, the nearest pitch being heard.
    const difference = 2 * (unseen.natsPerToken - known.natsPerToken);
    expect(difference).toBeGreaterThan(Math.log(125e6) - 2 * Math.log(shape.vocabulary));
    expect(difference).toBeLessThan(Math.log(125e6));
  });

  it('leaves out a corpus that has nothing to test on, whose songs are wanted all the same', async () => {
    expect(await run('')).toEqual({ pieces: 0 });
  });

  it('refuses music of another grammar in words', async () => {
    await expect(run('Position_4 EOS_None\n')).rejects.toThrow('"Position_4" is in the music to evaluate');
  });
});
