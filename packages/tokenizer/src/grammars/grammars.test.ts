// More than 300 lines: what holds for every grammar, with the music that it is checked on.
import { type ChannelEvent, ChannelEvents } from '@etude/midi-reader';
import { notesOf, type Piece, quantize, transpose } from '@etude/music';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createGrammar,
  END_OF_PIECE,
  GRAMMARS,
  type Grammar,
  GrammarError,
  type GrammarSettings,
  type GrammarState,
  TokenError,
  timeOf,
} from '../index.js';
import { anyMusic, anyPiece, extremePiece, plain } from '../testing/pieces.js';

const settings = (grammar: GrammarSettings['grammar'], steps = 0, division = 480): GrammarSettings => ({
  ...{ grammar, steps, division, velocities: 32 },
});
const note = (tick: number, length: number, key: number, velocity = 98, channel = 0): ChannelEvent[] => [
  { tick, status: 0x90 | channel, data1: key, data2: velocity },
  { tick: tick + length, status: 0x80 | channel, data1: key, data2: 0 },
];
const program = (data1: number, channel = 0): ChannelEvent => ({ tick: 0, status: 0xc0 | channel, data1, data2: 0 });
const piece = (...tracks: ChannelEvent[][]): Piece => ({
  ...{ division: 480, tempos: [{ tick: 0, microseconds: 500_000 }], keySignatures: [] },
  timeSignatures: [{ tick: 0, numerator: 3, denominator: 4 }],
  tracks: tracks.map((events) => ({
    name: '',
    events: ChannelEvents.of([...events].sort((a, b) => a.tick - b.tick)),
  })),
});

/** Undefined where a piece lasts too long for a grammar. */
function encodedOrRefused(grammar: Grammar, wanted: Piece): string[] | undefined {
  try {
    return grammar.encode(wanted);
  } catch (error) {
    expect(error).toBeInstanceOf(GrammarError);
    return undefined;
  }
}

describe('pieces at the ends of what a file may hold', () => {
  const RESOLUTIONS = { ticks: [0], 'ticks or steps': [0, 4, 96], steps: [1, 4, 24] };
  it.each(
    GRAMMARS.flatMap((name) => RESOLUTIONS[timeOf(name)].map((steps) => [name, steps] as const)),
  )('are decoded from %s, %i steps, whatever they were, and are then written alike', (name, steps) => {
    fc.assert(
      fc.property(extremePiece, (wanted) => {
        const grammar = createGrammar(settings(name, steps, wanted.division));
        const [first] = wanted.tracks;
        const tokens = encodedOrRefused(grammar, timeOf(name) === 'ticks' ? { ...wanted, tracks: [first!] } : wanted);
        if (tokens === undefined) return;
        const read = grammar.decode(tokens);
        for (const { tick, microseconds } of read.tempos) {
          expect(Number.isInteger(tick) && microseconds >= 1 && microseconds <= 0xff_ffff).toBe(true);
        }
        expect(() => grammar.decode(grammar.encode(read))).not.toThrow();
        const reader = grammar.reader();
        for (const token of tokens) reader.add(token);
      }),
      { numRuns: 40 },
    );
  });

  it('have tempos up to 1000 in factored, and notes of a million steps', () => {
    const grammar = createGrammar(settings('factored', 4));
    const fast = { ...piece(note(0, 480, 60)), tempos: [{ tick: 0, microseconds: 59_940 }] };
    expect(grammar.encode(fast)).toContain('Tempo_1000');
    expect(grammar.decode(grammar.encode(fast)).tempos).toEqual([{ tick: 0, microseconds: 60_000 }]);
    expect(grammar.encode(piece(note(0, 480 * 300_000, 60)))).toContain('Duration_1000000');
  });

  it('are refused in chord-frame where they are a noise of all keys for hours', () => {
    const noise = piece(Array.from({ length: 128 }, (_, key) => note(0, 480 * 200_000, key)).flat());
    expect(() => createGrammar(settings('chord-frame', 4)).encode(noise)).toThrow(GrammarError);
  });

  it('take little memory in session, however many tracks there are', () => {
    const tracks = Array.from({ length: 1_000 }, (_, i) => note(i, 480, i % 128));
    const grammar = createGrammar(settings('session'));
    const before = process.memoryUsage().heapUsed;
    expect(grammar.encode(piece(...tracks))).toHaveLength(2_000 + 1_480 + 2 - 1);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6);
  });
});

describe('event-text', () => {
  it('refuses a piece of several tracks, and says what to do', () => {
    const several = piece(note(0, 480, 60), note(0, 480, 64));
    expect(() => createGrammar(settings('event-text')).encode(several)).toThrow(
      /the piece has 2: set extract-track.merge/,
    );
  });
});

describe('session', () => {
  it('stands for exactly the events, tempos, metres and keys that it was made from', () => {
    fc.assert(
      fc.property(anyPiece, (music) => {
        const grammar = createGrammar(settings('session', 0, music.division));
        expect(plain(grammar.decode(grammar.encode(music)))).toEqual(plain(music));
      }),
    );
  });

  it('stands on a grid for what the grid made of it', () => {
    fc.assert(
      fc.property(anyPiece, fc.constantFrom(1, 3, 4, 12), (music, steps) => {
        const grammar = createGrammar(settings('session', steps));
        const tokens = grammar.encode(music);
        const decoded = grammar.decode(tokens);
        expect(grammar.encode(decoded)).toEqual(tokens);
        const unit = grammar.division / steps;
        const onGrid = quantize(music, steps);
        const toUnits = ({ tick, ...event }: ChannelEvent) => ({
          ...event,
          tick: Math.round((tick * steps) / music.division) * unit,
        });
        expect(decoded.tracks.map(({ events }) => [...events])).toEqual(
          onGrid.tracks.map(({ events }) => Array.from(events, toUnits)),
        );
      }),
    );
  });

  it('is written as people would expect', () => {
    const music = piece([program(40), ...note(0, 480, 67)], note(240, 240, 48, 80, 1));
    expect(createGrammar(settings('session')).encode(music)).toEqual([
      ...['TimeSig_3/4', 'Tempo_500000', 'Program_0.0_40', 'NoteOn_0.0_67_98', 'TimeShift_240', 'NoteOn_1.1_48_80'],
      ...['TimeShift_240', 'NoteOff_0.0_67_0', 'NoteOff_1.1_48_0'],
    ]);
  });

  it.each([
    'NoteOn_0.0_60',
    'NoteOn_0.16_60_1',
    'NoteOn_0.0_128_1',
    'Pressure_0.0_1_2',
    'TimeShift_0',
    'Bar_None',
    'PitchBend_0.0_8192',
  ])('refuses %s', (token) => {
    const read = () => createGrammar(settings('session')).decode(['TimeShift_1', token]);
    expect(read).toThrow(TokenError);
    expect(read).toThrow(`token 2: expected a token of the session grammar, found "${token}"`);
  });
});

/** Whether a grammar allows a text, token by token, and may end there. */
function allows({ order }: Grammar, tokens: readonly string[]): boolean {
  let state: GrammarState | undefined = order!.start;
  for (const token of [...tokens, END_OF_PIECE]) state = state && order!.follow(state, token);
  return state !== undefined;
}

describe('factored', () => {
  const grammar = createGrammar(settings('factored', 4));

  it('is written as people would expect', () => {
    const music = piece([program(40), ...note(0, 480, 67), ...note(480, 240, 69)], note(1440, 120, 36, 40, 9));
    expect(grammar.encode(music).join(' ')).toBe(
      'Bar_None TimeSig_3/4 Position_0 Tempo_120 Program_40 Pitch_67 Velocity_98 Duration_4 ' +
        'Position_4 Pitch_69 Velocity_98 Duration_2 Bar_None Position_0 Program_-1 PitchDrum_36 Velocity_42 Duration_1',
    );
  });

  it('stands for the notes that the grid made: same text again, same notes where they stood on the grid', () => {
    fc.assert(
      fc.property(anyMusic, fc.constantFrom(1, 2, 4, 12), (music, steps) => {
        const grammar = createGrammar(settings('factored', steps));
        const tokens = grammar.encode(music);
        const decoded = grammar.decode(tokens);
        expect(grammar.encode(decoded)).toEqual(tokens);
        expect(allows(grammar, tokens)).toBe(tokens.length > 0);
        // Every note is there at its step, but for those that fell onto another of the same key.
        const places = (of: Piece) =>
          new Set(notesOf(of).map(({ start, key }) => `${Math.round((start * steps) / of.division)} ${key}`));
        expect(places(decoded)).toEqual(places(music));
      }),
    );
  });

  it('transposes by shifting pitch tokens', () => {
    const music = piece([...note(0, 480, 67), ...note(480, 240, 69)]);
    const higher = grammar.encode(music).map((t) => t.replace(/^Pitch_(\d+)$/, (_, key) => `Pitch_${Number(key) + 5}`));
    expect(notesOf(grammar.decode(higher)).map(({ key }) => key)).toEqual([72, 74]);
  });

  it.each([
    ['Pitch_60', 'token 1: expected Bar_None of the factored grammar, found "Pitch_60"'],
    ['Bar_None Pitch_60', 'token 2: expected a metre, a later position or a bar'],
    ['Bar_None Position_16', 'token 2: expected a metre, a later position or a bar'],
    ['Bar_None Position_4 Program_3 PitchDrum_40', 'token 4: expected a pitch of this instrument'],
    ['Bar_None Position_4 Program_3 Pitch_40 Duration_2', 'token 5: expected a velocity'],
    [
      'Bar_None Position_4 Program_3 Pitch_40 Velocity_9 Duration_2 Position_4',
      'token 7: expected a note, a later position',
    ],
  ])('refuses %s', (text, message) => {
    expect(() => grammar.decode(text.split(' '))).toThrow(message);
  });

  it('lets any walk through it be decoded', () => {
    const vocabulary = [
      ...['Bar_None', 'TimeSig_3/4', 'TimeSig_2/8', 'Position_0', 'Position_3', 'Position_11', 'Tempo_90', 'Program_5'],
      ...[
        'Program_-1',
        'Program_5.2',
        'Pitch_60',
        'Pitch_61',
        'PitchDrum_36',
        'Velocity_50',
        'Duration_1',
        'Duration_9',
      ],
    ];
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1000)), (choices) => {
        let state = grammar.order!.start;
        const tokens: string[] = [];
        for (const choice of choices) {
          const allowed = vocabulary.filter((token) => grammar.order!.follow(state, token) !== undefined);
          expect(allowed.length).toBeGreaterThan(0);
          const token = allowed[choice % allowed.length]!;
          state = grammar.order!.follow(state, token)!;
          if (tokens.push(token) === 80) break;
        }
        const notes = notesOf(grammar.decode(tokens));
        expect(notes.every(({ start, end }) => end > start)).toBe(true);
      }),
    );
  });
});

describe.each(GRAMMARS.filter((name) => timeOf(name) === 'steps'))('%s', (name) => {
  it('refuses a piece with a note in the far future, and soon', () => {
    const lost = piece([...note(0, 480, 60), ...note(2 ** 33, 480, 62)]);
    expect(() => createGrammar(settings(name, 4)).encode(lost)).toThrow(/^the piece lasts \d+ steps of the grid/);
  });
});

/** What each part plays, in whatever order and under whatever number they are. */
function partsOf(notes: readonly { start: number; key: number; track: number; channel: number }[]): string[] {
  const parts = new Map<string, string[]>();
  for (const { start, key, track, channel } of notes) {
    const part = parts.get(`${track} ${channel}`) ?? [];
    parts.set(`${track} ${channel}`, part);
    part.push(`${channel === 9 ? 'percussion' : 'pitch'} ${start} ${key}`);
  }
  return Array.from(parts.values(), (part) => part.sort().join(', ')).sort();
}

describe.each(GRAMMARS)('a reader of %s', (name) => {
  it('finds every note where it begins, and in the part that plays it', () => {
    fc.assert(
      fc.property(anyMusic, (music) => {
        const one = name === 'event-text' ? { ...music, tracks: music.tracks.slice(0, 1) } : music;
        const grammar = createGrammar(settings(name, timeOf(name) === 'steps' ? 4 : 0, music.division));
        const tokens = grammar.encode(one);
        const reader = grammar.reader();
        const found = tokens.flatMap((token) => {
          const note = reader.noteOf(token);
          reader.add(token);
          return note ?? [];
        });
        expect(partsOf(found)).toEqual(partsOf(notesOf(grammar.decode(tokens))));
      }),
    );
  });
});

describe('chord-frame', () => {
  const grammar = createGrammar(settings('chord-frame', 2));

  it('writes the pitches of each frame, low to high', () => {
    const music = piece([...note(0, 480, 67), ...note(0, 960, 60)]);
    const frames = 'Pitch_60 Pitch_67 Frame_None Pitch_60 Pitch_67 Frame_None Pitch_60 Frame_None Pitch_60 Frame_None';
    expect(grammar.encode(music).join(' ')).toBe(frames);
    expect(notesOf(grammar.decode(frames.split(' '))).map(({ start, end, key }) => [start, end, key])).toEqual([
      [0, 960, 60],
      [0, 480, 67],
    ]);
  });

  it('stands for its frames, and is allowed by its own rules', () => {
    fc.assert(
      fc.property(anyMusic, (music) => {
        const tokens = grammar.encode(music);
        expect(grammar.encode(grammar.decode(tokens))).toEqual(tokens);
        expect(allows(grammar, tokens)).toBe(true);
      }),
    );
  });

  it('refuses pitches that do not rise', () => {
    expect(() => grammar.decode(['Pitch_60', 'Pitch_60'])).toThrow('token 2: expected a higher pitch or Frame_None');
  });
});

// Pieces of all keys are the same in the score grammar: see score.test.ts.
const keyed = GRAMMARS.filter((name) => createGrammar(settings(name, 4)).transposed !== undefined);

describe.each(keyed)('tokens of %s', (name) => {
  it.each(
    timeOf(name) === 'ticks' ? [0] : timeOf(name) === 'steps' ? [1, 4, 12] : [0, 4],
  )('in another key are those of the transposed piece, at %i steps', (steps) => {
    fc.assert(
      fc.property(fc.oneof(anyMusic, anyPiece), fc.integer({ min: -12, max: 12 }), (music, semitones) => {
        const one = timeOf(name) === 'ticks' ? { ...music, tracks: music.tracks.slice(0, 1) } : music;
        const grammar = createGrammar(settings(name, steps, music.division));
        const moved = grammar.encode(one).map((token) => grammar.transposed!(token, semitones));
        const piece = transpose(one, semitones);
        if (piece !== undefined) expect(moved).toEqual(grammar.encode(piece));
        // A grid writes notes alone, and what leaves the range may be none.
        else if (timeOf(name) !== 'steps') expect(moved).toContain(undefined);
      }),
    );
  });

  it('in no other key may leave the range of MIDI', () => {
    const grammar = createGrammar(settings(name, timeOf(name) === 'steps' ? 4 : 0));
    const high = grammar.encode(piece(note(0, 480, 120)));
    const fits = (semitones: number) => high.every((token) => grammar.transposed!(token, semitones) !== undefined);
    expect([-120, 7, 8, -121].map(fits)).toEqual([true, true, false, false]);
  });
});
