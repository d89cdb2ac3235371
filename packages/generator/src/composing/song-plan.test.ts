import { ChannelEvents } from '@etude/midi-reader';
import type { Piece } from '@etude/music';
import { buildVocabulary, createGrammar } from '@etude/tokenizer';
import { expect, it } from 'vitest';
import { wantedSong } from './song-plan.js';

const grammarOf = (grammar: 'score' | 'factored') => createGrammar({ grammar, division: 480, steps: 4, velocities: 1 });
const single = ['TimeSig_6/8', 'TimeSig_4/4', 'Bars_8', 'Bars_16', 'Pitch_60'];
const vocabulary = buildVocabulary([...single, 'EOS_None'], 'error');
const line = (channel: number, start: number) => ({
  name: '',
  events: ChannelEvents.of([
    { tick: start, status: 0xc0 | channel, data1: channel === 0 ? 40 : 42, data2: 0 },
    { tick: start, status: 0x90 | channel, data1: 60, data2: 80 },
    { tick: start + 480, status: 0x80 | channel, data1: 60, data2: 0 },
  ]),
});
const first: Piece = {
  ...{ division: 480, tempos: [], timeSignatures: [], keySignatures: [] },
  tracks: [line(0, 0), line(0, 960), line(1, 960)],
};
const lines = [
  { program: 40, player: 0, start: 0 },
  { program: 40, player: 1, start: 960 },
  { program: 42, player: 0, start: 960 },
];
const score = { grammar: grammarOf('score'), vocabulary };

it('says metre and bars where the grammar can, of those that the music learned from has', () => {
  expect(wantedSong({ metre: '6/8', bars: 16 }, first, score)).toEqual({
    plan: { metre: { numerator: 6, denominator: 8 }, bars: 16, endsAsSaid: true },
  });
  expect(() => wantedSong({ metre: '3/4' }, first, score)).toThrow(
    'the music learned from has no metre of 3/4; it has: 4/4, 6/8',
  );
  // None has nine: they say eight, and are made to end after nine.
  expect(wantedSong({ bars: 9 }, first, score)).toMatchObject({ plan: { bars: 8 }, bars: 9 });
});

it('cannot say a metre in another grammar', () => {
  const factored = { grammar: grammarOf('factored'), vocabulary };
  expect(wantedSong({ bars: 9 }, first, factored)).toEqual({ bars: 9 });
  expect(() => wantedSong({ metre: '6/8' }, first, factored)).toThrow('sample.metre needs a grammar');
});

it('gives songs of a single piece, which never ends, its lines and as many bars as it has or are wanted', () => {
  const ofOnePiece = { grammar: grammarOf('score'), vocabulary: buildVocabulary(['TimeSig_4/4', 'Bars_16'], 'error') };
  expect(wantedSong({}, first, ofOnePiece)).toEqual({ plan: { bars: 16, lines }, bars: 16 });
  expect(wantedSong({ bars: 20 }, first, ofOnePiece)).toEqual({ plan: { bars: 16, lines }, bars: 20 });
});
