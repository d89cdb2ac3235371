import { ChannelEvents } from '@etude/midi-reader';
import { type Piece, pieceToJson } from '@etude/music';
import { grammarFormat, splitFormat, tokenizationReportFormat, tokensFormat } from '@etude/tokenizer';
import { describe, expect, it } from 'vitest';
import { inputFile, runStage } from '../testing/run-stage.js';
import { tokenize } from './tokenize.js';

const scale = (from: number, division = 480, late = 0): Piece => ({
  ...{ division, tempos: [], timeSignatures: [], keySignatures: [] },
  tracks: [
    {
      name: '',
      events: ChannelEvents.of(
        Array.from({ length: 40 }, (_, i) => [
          { tick: (i * division) / 2 + late, status: 0x90, data1: from + (i % 12), data2: 90 },
          { tick: ((i + 1) * division) / 2, status: 0x80, data1: from + (i % 12), data2: 0 },
        ]).flat(),
      ),
    },
  ],
});
const SETUP = [
  { tick: 0, status: 0xc0, data1: 40, data2: 0 },
  { tick: 0, status: 0xb0, data1: 7, data2: 100 },
];
const tokenized = async (pieces: readonly Piece[], params = {}) => {
  const text = pieces.map((piece) => `${pieceToJson(piece)}\n`).join('');
  const { outputs, said } = await runStage(tokenize, { params, inputs: { pieces: inputFile(text) } });
  const [written, copies, test] = ['tokens', 'augmented', 'test'].map((name) => [
    ...tokensFormat.parseEach(outputs[name]![0]!.bytes),
  ]);
  return {
    written: written!,
    tokens: written!.flat(),
    copies: copies!,
    test: test!,
    split: splitFormat.parse(outputs.split![0]!.bytes),
    grammar: grammarFormat.parse(outputs.grammar![0]!.bytes),
    tokenization: tokenizationReportFormat.parse(outputs.tokenization![0]!.bytes),
    said,
  };
};

describe('tokenize', () => {
  it('writes one track as it is, and holds out its end from a bar line on', async () => {
    const { tokens, copies, split, tokenization, said } = await tokenized([scale(60)], { validation: 0.25 });
    expect([tokens.length, copies.length]).toEqual([80, 0]);
    expect(tokens.slice(0, 2)).toEqual(['0_90_3c_5a', '240_80_3c_00']);
    // 30 of 40 notes are 3 bars of 8 and 6 more
    expect(split).toEqual([{ tokens: 80, training: 48 }]);
    expect(said[0]).toBe('80 tokens (2.00 per note), 32 held out');
    expect(tokenization).toMatchObject({ notes: 40, heldOut: { tokens: 32, notes: 16 } });
  });

  it('holds nothing out of a piece of which nothing would be left to learn from, and says so', async () => {
    // The second note begins with the first: no bar line and no note comes before the end that would be held out.
    const chord: Piece = {
      ...scale(60),
      tracks: [
        {
          name: '',
          events: ChannelEvents.of([
            ...[60, 64].map((data1) => ({ tick: 0, status: 0x90, data1, data2: 90 })),
            ...[60, 64].map((data1) => ({ tick: 480, status: 0x80, data1, data2: 0 })),
          ]),
        },
      ],
    };
    for (const grammar of ['event-text', 'factored', 'session', 'chord-frame']) {
      const { split, said } = await tokenized([chord], { grammar });
      expect(split.map(({ tokens, training }) => tokens - training)).toEqual([0]);
      expect(said).toContain(
        'the piece is too short to hold its end out: all of it is learned from, and there is no validation loss',
      );
    }
  });

  it('ends the pieces of a corpus, and holds out whole ones', async () => {
    const { tokens, written, split, said } = await tokenized(
      [48, 50, 52, 54, 56, 58].map((from) => scale(from)),
      { validation: 0.3 },
    );
    expect(written).toHaveLength(6);
    expect(tokens.at(-1)).toBe('EOS_None');
    const held = split.filter(({ training }) => training === 0);
    expect(held.length).toBeGreaterThan(0);
    expect(split.every(({ tokens: all, training }) => training === 0 || training === all)).toBe(true);
    expect(said[0]).toMatch(/ held out in \d pieces?$/);
  });

  it('learns, validates and tests on what pieces say themselves', async () => {
    const parts = ['test', 'validation', 'training', undefined, 'training'] as const;
    const pieces = parts.map((splitPart, i) => ({ ...scale(48 + i), ...(splitPart && { splitPart }) }));
    const { written, test, split, said, tokenization } = await tokenized(pieces, {
      grammar: { kind: 'chord-frame', stepsPerBeat: 2 },
      validation: 0.9,
    });
    expect(written.map(([first]) => first)).toEqual(['Pitch_49', 'Pitch_50', 'Pitch_51', 'Pitch_52']);
    expect(split.map(({ tokens, training }) => training / tokens)).toEqual([0, 1, 1, 1]);
    expect(test.map((tokens) => [tokens[0], tokens.at(-1)])).toEqual([['Pitch_48', 'EOS_None']]);
    expect(said[0]).toBe('324 tokens (2.02 per note), 81 held out in 1 piece, 81 more to test on');
    expect(tokenization).toMatchObject({ notes: 160, heldOut: { tokens: 81, notes: 40 } });
    await expect(tokenized(pieces.slice(0, 1))).rejects.toThrow('there is nothing to learn from');
  });

  it('takes a tempo beyond the grammar as its fastest', async () => {
    const fast = { ...scale(60), tempos: [{ tick: 0, microseconds: 59_940 }] };
    expect((await tokenized([fast], { grammar: 'factored' })).tokens).toContain('Tempo_1000');
  });

  it('says which grammars need no common division, however large it would be', async () => {
    const primes = [32_749, 32_719, 32_717, 32_713, 32_707, 32_693, 32_687, 32_653, 32_647, 32_633];
    const pieces = Array.from({ length: 80 }, (_, i) => scale(40 + (i % 40), (primes[i % 10]! - i) % 32_767));
    await expect(tokenized(pieces)).rejects.toThrow(/no common multiple up to 32767: choose a grammar on a grid/);
    expect((await tokenized(pieces, { grammar: 'factored' })).written.length).toBeGreaterThan(10);
  });

  it('adds the training part alone in other tempos and velocities, and notes down the other keys', async () => {
    const params = { validation: 0.25, transposeToAllKeys: true, tempoScales: [2], velocityJitter: 3 };
    const { tokens, copies, split, said } = await tokenized([scale(60)], params);
    expect(tokens.at(-1)).toBe('EOS_None');
    expect(copies).toHaveLength(2);
    expect(copies.every((copy) => copy.length === 48 + 1)).toBe(true);
    expect(copies.at(-1)![1]).toMatch(/^480_80_/);
    expect(split).toEqual([{ tokens: 81, training: 48, copies: 2, keys: [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5] }]);
    expect(said[0]).toBe('81 tokens (2.02 per note), 33 held out, and 1,715 more to learn from');
    // All twelve keys of three versions, but for the piece in its own key.
    expect(1715).toBe(49 * (12 * 3 - 1));
  });

  it('leaves out a key that would leave the range of MIDI', async () => {
    const { split } = await tokenized([scale(113)], { transposeToAllKeys: true });
    // Up to 127 - 124 = 3 semitones higher.
    expect(split[0]!.keys).toEqual([1, 2, 3, -1, -2, -3, -4, -5]);
  });

  it('says what a grid moved', async () => {
    const { said, tokenization } = await tokenized([scale(60, 480, 30)], { grammar: 'factored' });
    expect(said[1]).toBe(
      'the grid moves 50.0 % of 80 events, by 30.0 ticks at most, 15.00 on average (of 480 a quarter note)',
    );
    expect(tokenization.grid).toMatchObject({ events: 80, moved: 40, mostTicks: 30, meanTicks: 15, division: 480 });
    const exact = await tokenized([scale(60)], { grammar: { kind: 'chord-frame', stepsPerBeat: 2 } });
    expect(exact.said[1]).toBe('all 80 events stand on the grid');
  });

  it('brings pieces to one division, and says what to do where there is none', async () => {
    const { grammar, written } = await tokenized([scale(60, 480), scale(61, 96)]);
    expect(grammar.division).toBe(480);
    expect(written[1]![1]).toBe('240_80_3d_00');
    await expect(tokenized([scale(60, 480), scale(61, 1001 * 2)])).rejects.toThrow('choose a grammar on a grid');
  });

  it('takes the most melodic track for a grammar of one, and says which', async () => {
    const [melody, chords] = [scale(60).tracks[0]!, scale(40).tracks[0]!];
    const twice = ChannelEvents.of(
      [...chords.events].flatMap((event) => [event, { ...event, data1: event.data1 + 7 }]),
    );
    const band = {
      ...scale(60),
      tracks: [
        { name: 'Strings', events: twice },
        { ...melody, name: 'Flute' },
      ],
    };
    const { tokens, said } = await tokenized([band]);
    expect(tokens).toEqual((await tokenized([scale(60)])).tokens);
    expect(said[0]).toBe(
      'event-text writes one track: the most melodic of 2, "Flute" (40 notes); extract-track.track takes another, and other grammars take all',
    );
    expect((await tokenized([band, scale(62)])).said[0]).toMatch(
      /^event-text writes one track: the most melodic of each piece that has several \(1\)/,
    );
    expect((await tokenized([band], { grammar: 'session' })).tokens.length).toBeGreaterThan(200);
  });

  it('warns of little music, and fails where there is none', async () => {
    const few = /^only 40 notes to learn from/;
    expect((await tokenized([scale(60)])).said.at(-1)).toMatch(few);
    const many = Array.from({ length: 5 }, (_, i) => scale(60 + i));
    expect((await tokenized(many)).said.some((line) => line.startsWith('only'))).toBe(false);
    const silent = { ...scale(60), tracks: [{ name: '', events: ChannelEvents.of([...SETUP]) }] };
    for (const grammar of ['event-text', 'session', 'factored', 'chord-frame']) {
      await expect(tokenized([silent], { grammar })).rejects.toThrow('there are no notes in it');
      expect((await tokenized([silent, scale(60)], { grammar, validation: 0 })).said[0]).toBe(
        'piece 1 left out: there are no notes in it',
      );
    }
    const drums = scale(40).tracks.map(({ events }) => ({
      name: '',
      events: ChannelEvents.of([...events].map((event) => ({ ...event, status: event.status | 9 }))),
    }));
    await expect(tokenized([{ ...silent, tracks: drums }], { grammar: 'chord-frame' })).rejects.toThrow(
      'all notes in it are percussion, which the grammar does not write',
    );
  });
});
