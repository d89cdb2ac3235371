import { describe, expect, it } from 'vitest';
import { grammarToMiditok, miditokTokens } from './miditok.js';

const settings = { grammar: 'factored', division: 480, steps: 8, velocities: 32 } as const;
const spelled = (text: string, steps = 4) => miditokTokens(text.split(' '), steps).join(' ');

describe('grammarToMiditok', () => {
  it('writes the settings that MidiTok needs', () => {
    const { tokenization, config } = JSON.parse(grammarToMiditok(settings));
    expect(tokenization).toBe('REMI');
    expect(config).toMatchObject({ beat_res: { '0_64': 8 }, num_velocities: 127, program_changes: true });
  });

  it('knows no other grammar', () => {
    expect(() => grammarToMiditok({ ...settings, grammar: 'score' })).toThrow('expected factored, found score');
  });
});

describe('miditokTokens', () => {
  it('spells tempos and lengths as MidiTok does, and the metre in each bar', () => {
    expect(
      spelled('Bar_None Position_2 Tempo_56 Program_-1 PitchDrum_36 Velocity_98 Duration_6 Bar_None TimeSig_3/4'),
    ).toBe(
      'Bar_None TimeSig_4/4 Position_2 Tempo_56.0 Program_-1 PitchDrum_36 Velocity_98 Duration_1.2.4 Bar_None TimeSig_3/4',
    );
  });

  it('counts in beats of the metre, quarter notes at least', () => {
    const note = 'Position_3 Program_0 Pitch_60 Velocity_98 Duration_1';
    expect(spelled(`Bar_None TimeSig_6/8 ${note}`)).toBe(
      'Bar_None TimeSig_6/8 Position_6 Program_0 Pitch_60 Velocity_98 Duration_0.2.4',
    );
    expect(spelled(`Bar_None TimeSig_3/2 ${note}`)).toBe(
      'Bar_None TimeSig_6/4 Position_3 Program_0 Pitch_60 Velocity_98 Duration_0.1.4',
    );
  });

  it('makes one track of those of a program, the shortest of notes in unison', () => {
    expect(
      spelled(
        'Bar_None Position_0 Program_40 Pitch_67 Velocity_98 Duration_8 Program_40.2 Pitch_60 Velocity_90 Duration_4 Pitch_67 Velocity_90 Duration_4',
      ),
    ).toBe(
      'Bar_None TimeSig_4/4 Position_0 Program_40 Pitch_60 Velocity_90 Duration_1.0.4 Pitch_67 Velocity_90 Duration_1.0.4',
    );
  });

  it('cuts notes that are longer than any of MidiTok', () => {
    const long = 'Bar_None Position_0 Program_0 Pitch_60 Velocity_98 Duration_1000';
    expect(spelled(long).split(' ').at(-1)).toBe('Duration_64.0.4');
  });

  it.each([
    ['Bar_None Note_60', 'token 2: expected one of the factored grammar, found "Note_60"'],
    ['Bar_None TimeSig_33/4', 'MidiTok has no metre of 33/4'],
    ['Bar_None TimeSig_4/128', 'MidiTok has no metre of 4/128'],
    ['Bar_None TimeSig_5/32', 'bars of 5/32 are no whole steps'],
  ])('refuses %s', (text, message) => {
    expect(() => spelled(text)).toThrow(message);
  });
});
