import { expect, it } from 'vitest';
import { fitTokens } from './fit-tokens.js';
import { createGrammar, GRAMMARS } from './grammars/create-grammar.js';
import { buildVocabulary } from './vocabulary.js';

/** The grammar is told from the first token. */
const grammarOf = (token: string) => {
  const all = GRAMMARS.map((grammar) => createGrammar({ grammar, division: 480, steps: 4, velocities: 32 }));
  return all.find(({ meaningOf }) => meaningOf(token))!;
};

const fitted = (known: string, tokens: string) => {
  const vocabulary = buildVocabulary(known.split(' '), 'error');
  const { ids, ...counts } = fitTokens(tokens.split(' '), vocabulary, grammarOf(known.split(' ')[0]!));
  return { tokens: ids.map((id) => vocabulary.entries[id]!.token).join(' '), ...counts };
};

it('takes the nearest time, velocity or length for one that is not known', () => {
  expect(fitted('0_90_3c_40 120_90_3c_60 120_80_3c_00', '0_90_3c_42 110_80_3c_00 120_90_3c_60')).toEqual({
    tokens: '0_90_3c_40 120_80_3c_00 120_90_3c_60',
    ...{ changed: 2, leftOut: 0 },
  });
  expect(fitted('NoteOn_0.0_60_64 TimeShift_10 TimeShift_40', 'NoteOn_0.0_60_90 TimeShift_30').tokens).toBe(
    'NoteOn_0.0_60_64 TimeShift_40',
  );
  expect(fitted('Velocity_60 Duration_4', 'Velocity_70 Duration_3').tokens).toBe('Velocity_60 Duration_4');
});

it('ends a note as the music learnt from ends it, and never for a note that begins', () => {
  expect(fitted('0_90_3c_40 120_90_3c_00', '0_90_3c_42 110_80_3c_40').tokens).toBe('0_90_3c_40 120_90_3c_00');
  expect(fitted('900_90_3c_40 120_90_3c_00', '120_90_3c_02').tokens).toBe('900_90_3c_40');
  expect(fitted('NoteOn_0.0_60_64 NoteOn_0.0_60_0', 'NoteOff_0.0_60_64 NoteOn_0.0_60_2').tokens).toBe(
    'NoteOn_0.0_60_0 NoteOn_0.0_60_64',
  );
});

it('leaves out what says nothing of notes, and refuses a pitch that there is not', () => {
  expect(fitted('Pitch_60', 'Tempo_120 Pitch_60 TimeSig_3/4')).toEqual({ tokens: 'Pitch_60', changed: 0, leftOut: 2 });
  expect(fitted('0_90_3c_40', '0_c0_05 0_90_3c_40')).toMatchObject({ leftOut: 1 });
});

it.each([
  ['Pitch_60', 'Pitch_61', 'C♯4'],
  ['0_90_3c_40', '0_91_3d_40', 'C♯4 in channel 2'],
  ['NoteOn_0.0_60_64', 'NoteOn_1.3_61_64', 'C♯4 in track 1, channel 4'],
  ['Program_0', 'Program_40.2', 'violin'],
  ['Program_0', 'Program_-1', 'percussion'],
  ['PitchDrum_36', 'PitchDrum_38', 'percussion of key 38'],
])('knows %s, and says of %s that there is no %s', (known, token, what) => {
  expect(() => fitted(known, token)).toThrow(
    `the song: the music learnt from has no ${what}, and songs can play only what it has`,
  );
});
