import { ChannelEvents } from '@etude/midi-reader';
import type { Piece } from '@etude/music';
import { createGrammar } from '@etude/tokenizer';
import { expect, it } from 'vitest';
import { LearnedMusic } from '../../learned-music.js';
import { noteRules } from '../note-rules.js';

const piece = (parts: readonly (readonly number[])[]): Piece => ({
  ...{ division: 480, timeSignatures: [], tempos: [], keySignatures: [{ tick: 0, sharps: 0, minor: false }] },
  tracks: parts.map((keys, program) => ({
    name: '',
    events: ChannelEvents.of([
      { tick: 0, status: 0xc0, data1: program, data2: 0 },
      ...keys.flatMap((data1, at) => [
        { tick: at * 480, status: 0x90, data1, data2: 80 },
        { tick: (at + 1) * 480, status: 0x80, data1, data2: 0 },
      ]),
    ]),
  })),
});

it.each([
  [
    'fifths',
    [
      [60, 62],
      [67, 69],
    ],
    false,
  ],
  [
    'octaves',
    [
      [60, 65],
      [72, 77],
    ],
    false,
  ],
  [
    'a twelfth to a fifth',
    [
      [60, 74],
      [79, 81],
    ],
    false,
  ],
  [
    'a fifth in contrary motion',
    [
      [60, 59],
      [67, 66 + 12],
    ],
    true,
  ],
  [
    'a fifth that is repeated',
    [
      [60, 60],
      [67, 67],
    ],
    true,
  ],
  [
    'sixths',
    [
      [60, 62],
      [69, 71],
    ],
    true,
  ],
  [
    'a sixth to a fifth',
    [
      [60, 62],
      [68, 69],
    ],
    true,
  ],
])('%s', (_, parts, isAllowed) => {
  const grammar = createGrammar({ grammar: 'score', division: 480, steps: 4, velocities: 1 });
  const music = piece(parts);
  const reader = grammar.reader();
  const settings = { parallels: false, instrumentRanges: false, harmony: 0, chordBeats: 4 };
  const context = { learned: new LearnedMusic([music]), division: grammar.division, hasPlaces: true };
  const [rule] = noteRules(settings, context)();
  const verdicts = grammar.encode(music).map((token) => {
    const note = reader.noteOf(token);
    const verdict = note === undefined || rule!.allows(note, () => reader.notePlace!());
    reader.add(token);
    return verdict;
  });
  expect(verdicts.every(Boolean)).toBe(isAllowed);
});
