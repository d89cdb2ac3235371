import { readMusic } from '@etude/corpus';
import type { ChannelEvent } from '@etude/midi-reader';
import { writeMidi } from '@etude/midi-writer';
import { chooseKernels, initialWeights, type LanguageModelShape } from '@etude/model';
import { createRandom, type Piece } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { buildVocabulary, createGrammar, encoderOf, type GrammarSettings, piecesFor, timeOf } from '@etude/tokenizer';
import { train } from '@etude/trainer';
import type { ComposingModel } from '../composing/compose.js';
import type { GivenFile } from '../composing/given-music.js';

const loaded = await loadTensorFlow();
const { tf } = loaded;
const { kernels } = chooseKernels(loaded, { threads: 1 });

export const BAR = 4 * 480;

/**
 * Eight bars that a listener would know again: a melody that repeats itself, chords, a bass that is in unison with the melody now and then, and a beat.
 * @param parts which of these, by their channels
 */
export function tune(bars: number, parts = [0, 1, 2, 9]): Uint8Array {
  const melody = [64, 62, 60, 62, 64, 64, 64, 67, 62, 64, 65, 64, 62, 60, 59, 60];
  const rhythm = [240, 240, 480, 480, 480, 120, 120, 240];
  const note = (tick: number, ticks: number, key: number, channel: number): ChannelEvent[] => [
    { tick, status: 0x90 | channel, data1: key, data2: 90 },
    { tick: tick + ticks, status: 0x80 | channel, data1: key, data2: 0 },
  ];
  // Programs first, then ends of notes, then beginnings.
  const order = ({ status }: ChannelEvent) => [0xc, 8, 9].indexOf(status >> 4);
  const tracks = parts.map((channel) => {
    const events: ChannelEvent[] = [];
    if (channel !== 9) events.push({ tick: 0, status: 0xc0 | channel, data1: 40 + channel, data2: 0 });
    let tick = 0;
    for (let i = 0; tick < bars * BAR; i++) {
      const ticks = channel === 9 ? 240 : channel === 1 ? 960 : rhythm[(i + channel) % 8]!;
      const key = melody[(i * (channel + 1) + Math.floor(i / 8)) % 16]!;
      if (channel === 1) for (const third of [0, 4, 7]) events.push(...note(tick, ticks, key - 12 + third, channel));
      else if (channel === 9) events.push(...note(tick, 120, [36, 42, 38, 42, 36, 36, 38, 46][i % 8]!, channel));
      else events.push(...note(tick, ticks, channel === 2 && i % 3 > 0 ? key - 24 : key, channel));
      tick += ticks;
    }
    return { events: events.sort((a, b) => a.tick - b.tick || order(a) - order(b)) };
  });
  return writeMidi({ format: 1, division: 480, tracks });
}

/** Bytes as music that a user gives. */
export const givenFile = (name: string, bytes: Uint8Array): GivenFile => ({ path: `${name}.mid`, bytes: () => bytes });

/** A model, and the music that it was made for. */
export interface Copyist {
  readonly composing: ComposingModel;
  readonly learned: readonly Piece[];
}

/** A model that knows the tune by heart after so many steps, or of 0 nothing. */
export async function copyist(name: GrammarSettings['grammar'], steps: number): Promise<Copyist> {
  const settings = { grammar: name, division: 480, steps: timeOf(name) === 'steps' ? 4 : 0, velocities: 1 };
  const grammar = createGrammar(settings);
  const { piece } = await readMusic('tune.mid', tune(8), {
    selection: { tracks: 'all', drums: 'keep', merge: grammar.partOf !== undefined },
    ...{ strict: false, pedalToDurations: false, quantize: 0, transposeToC: false },
  });
  const learned = [...piecesFor(grammar, [piece])];
  const tokens = grammar.encode(learned[0]!);
  const vocabulary = buildVocabulary(tokens, 'error');
  const shape: LanguageModelShape = {
    ...{ model: 'stacked-lstm', layers: 1, units: 64, tiedEmbeddings: false },
    vocabulary: vocabulary.entries.length,
  };
  const byHeart = () =>
    train(
      { tf, kernels },
      { training: [{ ids: encoderOf(vocabulary)(tokens) }], validation: [] },
      {
        ...{ shape, steps, batch: 4, window: 32, learningRate: 0.01, warmup: 0, decay: 'none', clip: 1 },
        ...{
          weightDecay: 0,
          averaging: 0,
          dropout: 0,
          recurrentDropout: 0,
          lockedDropout: false,
          labelSmoothing: 0,
          seed: 1,
        },
        ...{ evaluateEvery: steps, earlyStopping: { on: 'loss', patience: 0, copiedShare: 0 } },
      },
    );
  const model = steps === 0 ? { shape, weights: initialWeights(tf, shape, createRandom(1)) } : (await byHeart()).model;
  return { composing: { tf, kernels, model, vocabulary, grammar, settings }, learned };
}
