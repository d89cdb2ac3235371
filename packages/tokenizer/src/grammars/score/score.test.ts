import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import { notesOf, type Piece, transpose } from '@etude/music';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGrammar, GrammarError, type GrammarSettings, TokenError } from '../../index.js';
import { anyMusic } from '../../testing/pieces.js';

const settings = (steps: number): GrammarSettings => ({ grammar: 'score', steps, division: 480, velocities: 1 });
const note = (tick: number, length: number, key: number, channel = 0): ChannelEvent[] => [
  { tick, status: 0x90 | channel, data1: key, data2: 80 },
  { tick: tick + length, status: 0x80 | channel, data1: key, data2: 0 },
];
const piece = (metres: Piece['timeSignatures'], sharps: number, ...tracks: ChannelEvent[][]): Piece => ({
  ...{ division: 480, tempos: [], keySignatures: [{ tick: 0, sharps, minor: false }], timeSignatures: metres },
  tracks: tracks.map((events) => ({
    name: '',
    events: ChannelEvents.of([...events].sort((a, b) => a.tick - b.tick || a.status - b.status)),
  })),
});
const threeFour = [{ tick: 0, numerator: 3, denominator: 4 }];
const written = (wanted: Piece, steps = 4) => createGrammar(settings(steps)).encode(wanted).join(' ');
/** What is told apart on a grid: who plays, in which order the parts come in, what, when, for how long. */
const onGrid = (wanted: Piece, steps: number) => {
  const stepOf = (tick: number) => Math.round((tick * steps) / wanted.division);
  const heard = notesOf(wanted).map(({ key, start, end, channel, program }) => {
    const at = stepOf(start);
    return [at, channel === 9 ? -1 : program, key, Math.max(at + 1, stepOf(end))].join(' ');
  });
  return heard.sort();
};

describe('score', () => {
  it('writes a tune in two tokens a note, moved to the signature of C', () => {
    const tune = piece(threeFour, 1, [...note(0, 480, 67), ...note(480, 240, 69), ...note(960, 480, 71)]);
    expect(written(tune)).toBe(
      'TimeSig_3/4 Key_1_0 Bars_1 Program_0 Pitch_72 Duration_4 Pitch_74 Duration_2 Rest_None Duration_2 Pitch_76 Duration_4',
    );
  });

  it('has an upbeat where the first bar is cut short by the second', () => {
    const metres = [...threeFour, { tick: 480, numerator: 3, denominator: 4 }];
    expect(written(piece(metres, 0, [...note(0, 480, 60), ...note(480, 1440, 62)]))).toBe(
      'TimeSig_3/4 Key_0_0 Upbeat_4 Bars_1 Program_0 Pitch_60 Duration_4 Pitch_62 Duration_12',
    );
  });

  it('lets voices take turns: the one that ended first goes on, rests end with the bar', () => {
    const duet = piece(threeFour, 0, note(0, 1440, 72), [...note(480, 480, 60), ...note(1440, 480, 59)]);
    expect(written(duet)).toBe(
      'TimeSig_3/4 Key_0_0 Bars_2 Program_0 Pitch_72 Duration_12 Program_0 Rest_None Duration_4 Pitch_60 Duration_4 ' +
        'Rest_None Duration_4 Rest_None Duration_12 Pitch_59 Duration_4',
    );
  });

  it('writes a chord as rising pitches of one length, and what sounds on below as a voice more', () => {
    const chords = piece(threeFour, 0, [...note(0, 480, 60), ...note(0, 480, 64), ...note(0, 960, 48)]);
    expect(written(chords)).toBe(
      'TimeSig_3/4 Key_0_0 Bars_1 Program_0 Pitch_60 Pitch_64 Duration_4 Voice_1 Pitch_48 Duration_8',
    );
  });

  it('writes how loud a part is where that changes, in as many steps as are asked for, and nothing of it unless asked', () => {
    const loud = (events: ChannelEvent[], velocity: number) =>
      events.map((e) => (e.data2 ? { ...e, data2: velocity } : e));
    const notes = [
      [0, 100],
      [480, 98],
      [960, 30],
    ].flatMap(([tick, velocity]) => loud(note(tick!, 480, 60), velocity!));
    const grammar = createGrammar({ ...settings(4), dynamics: 8 });
    const tokens = grammar.encode(piece(threeFour, 0, notes));
    expect(tokens.join(' ')).toBe(
      'TimeSig_3/4 Key_0_0 Bars_1 Program_0 Velocity_104 Pitch_60 Duration_4 Pitch_60 Duration_4 Velocity_24 Pitch_60 Duration_4',
    );
    expect(notesOf(grammar.decode(tokens)).map(({ velocity }) => velocity)).toEqual([104, 104, 24]);
    expect(written(piece(threeFour, 0, notes))).not.toContain('Velocity');
  });

  it('allows a velocity before notes alone, and none that the part has already', () => {
    const reader = createGrammar(settings(4)).reader();
    for (const token of ['TimeSig_3/4', 'Key_0_0', 'Program_0', 'Velocity_24', 'Pitch_60', 'Duration_4']) {
      expect(reader.allows(token)).toBe(true);
      reader.add(token);
    }
    expect(reader.allows('Velocity_24')).toBe(false);
    reader.add('Velocity_104');
    const next = ['Velocity_24', 'Rest_None', 'Tempo_90', 'Program_0', 'Duration_4', 'Pitch_60'];
    expect(next.filter((token) => reader.allows(token))).toEqual(['Pitch_60']);
    const read = () =>
      createGrammar(settings(4)).decode('TimeSig_3/4 Key_0_0 Program_0 Velocity_24 Rest_None'.split(' '));
    expect(read).toThrow('token 5: expected a pitch of the score grammar, found "Rest_None"');
  });

  it('stands for the notes that the grid made: the same text again, the same notes where none of a key overlap', () => {
    fc.assert(
      fc.property(
        anyMusic,
        fc.constantFrom(1, 2, 4, 12),
        fc.constantFrom(undefined, 2, 9),
        (music, steps, dynamics) => {
          const grammar = createGrammar({ ...settings(steps), dynamics });
          const tokens = grammar.encode(music);
          const decoded = grammar.decode(tokens);
          expect(grammar.encode(decoded)).toEqual(tokens);
          const heard = onGrid(decoded, steps);
          for (const each of heard) expect(each).toMatch(/^\d+ -?\d+ \d+ \d+$/);
          if (tokens.length > 0) expect(new Set(heard.map(start))).toEqual(new Set(onGrid(music, steps).map(start)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('writes a piece in all keys alike, up to an octave', () => {
    const tune = piece(threeFour, 0, [...note(0, 480, 60), ...note(480, 960, 67)], note(0, 1440, 48));
    const grammar = createGrammar(settings(4));
    const plain = grammar.encode(tune);
    for (let semitones = -11; semitones <= 11; semitones++) {
      const tokens = grammar.encode(transpose(tune, semitones)!);
      const keyOf = (token: string) => Number(/^Pitch_(\d+)$/.exec(token)?.[1]);
      const moved = tokens.map((token, i) => keyOf(token) - keyOf(plain[i]!)).filter((each) => !Number.isNaN(each));
      expect(new Set(moved).size).toBe(1);
      expect(Math.abs(moved[0]!) % 12).toBe(0);
      const rest = (list: readonly string[]) => list.filter((token) => !/^(Pitch|Key)/.test(token));
      expect(rest(tokens)).toEqual(rest(plain));
      expect(notesOf(grammar.decode(tokens)).map(({ key }) => key - semitones)).toEqual(
        notesOf(tune).map(({ key }) => key),
      );
    }
  });

  it('allows only what is planned at the beginning, and nothing else before it is said', () => {
    const grammar = createGrammar(settings(4));
    const plan = { metre: { numerator: 3, denominator: 4 }, bars: 8 };
    expect(grammar.planTokens!(plan)).toEqual(['TimeSig_3/4', 'Bars_8']);
    const reader = grammar.reader(plan);
    const mayCome = (...tokens: string[]) => tokens.filter((token) => reader.allows(token));
    expect(mayCome('TimeSig_3/4', 'TimeSig_4/4')).toEqual(['TimeSig_3/4']);
    reader.add('TimeSig_3/4');
    reader.add('Key_0_0');
    expect(mayCome('Upbeat_4', 'Bars_8', 'Bars_9', 'Program_0', 'Tempo_120')).toEqual(['Upbeat_4', 'Bars_8']);
    reader.add('Bars_8');
    expect(mayCome('Program_0', 'Tempo_120')).toEqual(['Program_0', 'Tempo_120']);
  });

  describe('with the tokens that there are', () => {
    const head = 'TimeSig_3/4 Key_0_0 Bars_1 Program_0 Rest_None Pitch_60 Pitch_64 Pitch_48';
    const fitted = (wanted: Piece, lengths: string) =>
      createGrammar(settings(4)).encode(wanted, `${head} ${lengths}`.split(' ')).join(' ');

    it('makes notes as long as leaves a rest that they can fill', () => {
      const late = piece(threeFour, 0, [...note(0, 1320, 60), ...note(2160, 480, 64)]);
      // Eleven steps would leave one step of the bar.
      expect(fitted(late, 'Duration_3 Duration_4 Duration_9 Duration_11')).toBe(
        'TimeSig_3/4 Key_0_0 Bars_1 Program_0 Pitch_60 Duration_9 Rest_None Duration_3 Rest_None Duration_3 Rest_None Duration_3 Pitch_64 Duration_4',
      );
    });

    it('can be read again, whatever the music and whatever it is written with', () => {
      const grammar = createGrammar(settings(4));
      let count = 0;
      fc.assert(
        fc.property(anyMusic, anyMusic, (music, other) => {
          const known = grammar.encode(other);
          // The metre and an upbeat cannot be others; pitches are looked up later.
          const [metre] = grammar.encode(music);
          let tokens: string[];
          try {
            tokens = grammar.encode(music, [...known, ...(metre ? [metre] : [])]);
          } catch (error) {
            if (error instanceof GrammarError) return;
            throw error;
          }
          count += 1;
          expect(() => grammar.decode(tokens)).not.toThrow();
        }),
        { numRuns: 1000 },
      );
      expect(count).toBeGreaterThan(300);
    });

    it('leaves out a key that sounds still, since no length is as short as its note was', () => {
      const close = piece(threeFour, 0, [...note(0, 240, 60), ...note(240, 840, 64), ...note(360, 960, 60)]);
      const tokens = createGrammar(settings(4)).encode(close, [...`${head} Duration_8 Duration_4 Voice_1`.split(' ')]);
      expect(tokens.join(' ')).toBe(
        'TimeSig_3/4 Key_0_0 Bars_1 Program_0 Pitch_60 Duration_4 Voice_1 Rest_None Duration_8 Pitch_64 Duration_4',
      );
      expect(() => createGrammar(settings(4)).decode(tokens)).not.toThrow();
    });

    it('ends what sounds on, and joins what begins together, where a part has no second voice', () => {
      const chords = piece(threeFour, 0, [...note(0, 960, 48), ...note(0, 480, 60), ...note(480, 480, 64)]);
      expect(fitted(chords, 'Duration_4 Duration_8')).toBe(
        'TimeSig_3/4 Key_0_0 Bars_1 Program_0 Pitch_48 Pitch_60 Duration_4 Pitch_64 Duration_4',
      );
      expect(fitted(chords, 'Duration_4 Duration_8 Voice_1')).toContain('Voice_1 Pitch_48 Duration_8');
    });
  });

  it('allows no rest that no known length can end in the bar', () => {
    const grammar = createGrammar(settings(4));
    const mayRest = (known?: string[]) => {
      const reader = grammar.reader(known && { known });
      const tokens = ['TimeSig_3/4', 'Key_0_0', 'Program_0', 'Pitch_60', 'Duration_11'];
      for (const token of tokens) reader.add(token);
      return reader.allows('Rest_None');
    };
    expect([mayRest(), mayRest(['Duration_3', 'Duration_2']), mayRest(['Duration_1'])]).toEqual([true, false, true]);
  });

  it('allows what it writes, token by token, and says where a token may not stand', () => {
    fc.assert(
      fc.property(anyMusic, fc.constantFrom(undefined, 32), (music, dynamics) => {
        const grammar = createGrammar({ ...settings(4), dynamics });
        const reader = grammar.reader();
        for (const token of grammar.encode(music)) {
          expect(reader.allows(token)).toBe(true);
          reader.add(token);
        }
      }),
    );
    const read = () => createGrammar(settings(4)).decode(['TimeSig_3/4', 'Key_0_0', 'Program_0', 'Duration_4']);
    expect(read).toThrow(TokenError);
    expect(read).toThrow('token 4: expected a pitch or a rest of the score grammar, found "Duration_4"');
  });
});

/** Start, who plays, key. */
function start(heard: string): string {
  return heard.split(' ').slice(0, 3).join(' ');
}
