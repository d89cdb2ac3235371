import { hashesOfRuns, measureSource, sourceFormat } from '@etude/measures';
import { initialWeights, type LanguageModelShape, modelToBytes } from '@etude/model';
import { createRandom, notesOf, pieceToJson } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { createGrammar, grammarFormat, tokenizationReportFormat } from '@etude/tokenizer';
import { expect, it } from 'vitest';
import { inputFile, runStage } from '../testing/run-stage.js';
import { measure } from './measure.js';

const settings = { grammar: 'event-text', division: 480, steps: 0, velocities: 32 } as const;
const grammar = createGrammar(settings);
const tokens = [60, 62, 64, 65, 67, 69].flatMap((key) => {
  const hex = key.toString(16);
  return [`0_90_${hex}_50`, `240_80_${hex}_00`];
});
const music = grammar.decode(tokens);
const shape: LanguageModelShape = { model: 'stacked-lstm', vocabulary: 1, units: 1, layers: 1, tiedEmbeddings: false };
const weights = initialWeights((await loadTensorFlow()).tf, shape, createRandom(1));
const long = [60, 64, 62, 65, 64, 67, 65, 69, 67, 71].flatMap((key) => {
  const hex = key.toString(16);
  return [`0_90_${hex}_50`, `240_80_${hex}_00`];
});
const learnedRuns = hashesOfRuns([[notesOf(grammar.decode(long))]]);
const models = {
  plain: await modelToBytes({ shape, weights }),
  'with a base': await modelToBytes({ shape, weights }, { learnedRuns }),
};
const measured = async (
  curve: string,
  heldOut: { tokens: number; notes: number },
  song = tokens,
  model: keyof typeof models = 'plain',
) => {
  const { outputs, said } = await runStage(measure, {
    inputs: {
      songs: [inputFile(song.join(' '))],
      traces: [inputFile('token,quarter,probability,refused,relaxed,disturbance,section\n')],
      model: inputFile(models[model]),
      music: inputFile(`${pieceToJson(music)}\n`),
      source: inputFile(sourceFormat.serialize(measureSource([music]))),
      grammar: inputFile(grammarFormat.serialize(settings)),
      tokenization: inputFile(tokenizationReportFormat.serialize({ notes: 6, heldOut })),
      curve: inputFile(curve),
    },
  });
  return { ...JSON.parse(outputs.measures![0]!.text()), said: said.join('\n') };
};
const CURVE =
  'step,epoch,training_loss,validation_loss,copied_share,kept\n10,1,3,2.5,0.1,\n20,1,2,1.5,0.1,yes\n30,1,1,1.2,0.9,\n';

it('tells the likelihood that the kept weights give held-out music, by token and by note', async () => {
  const { likelihood, said } = await measured(CURVE, { tokens: 10, notes: 5 });
  expect(likelihood).toEqual({ natsPerToken: 1.5, natsPerNote: 3, tokens: 10, notes: 5 });
  expect(said).toContain('held-out music: 1.500 nats per token, 3.000 per note');
});

it('tells none where nothing is held out', async () => {
  const curve = 'step,epoch,training_loss,validation_loss,copied_share,kept\n10,1,3,,,yes\n';
  const { likelihood, said } = await measured(curve, { tokens: 0, notes: 0 });
  expect(likelihood).toBeUndefined();
  expect(said).not.toContain('nats');
});

it('counts a note that is never ended, but not one that sounds where the song is cut', async () => {
  const [held, cut] = [
    ['0_90_30_50', '4000_90_3c_50', '240_80_3c_00'],
    ['0_90_30_50', '240_90_3c_50'],
  ];
  expect((await measured(CURVE, { tokens: 1, notes: 1 }, held)).songs[0].stuckNotes).toBe(1);
  expect((await measured(CURVE, { tokens: 1, notes: 1 }, cut)).songs[0].stuckNotes).toBe(0);
});

it('tells the longest run of the music of the base model, where that is known', async () => {
  const of = async (song: string[], model: keyof typeof models) => {
    const { songs, said } = await measured(CURVE, { tokens: 1, notes: 1 }, song, model);
    return [songs[0].baseRun, /base model’s music: (.*)/.exec(said)?.[1]];
  };
  expect(await of(long, 'with a base')).toEqual([10, '10 notes']);
  expect(await of(tokens, 'with a base')).toEqual([0, 'fewer than 9 notes']);
  expect(await of(long, 'plain')).toEqual([undefined, undefined]);
});
