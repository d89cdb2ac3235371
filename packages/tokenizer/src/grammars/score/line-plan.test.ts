import { ChannelEvents } from '@etude/midi-reader';
import type { Piece } from '@etude/music';
import { expect, it } from 'vitest';
import { createGrammar } from '../create-grammar.js';

const grammar = createGrammar({ grammar: 'score', division: 480, steps: 4, velocities: 1 });
const track = (program: number, notes: readonly [start: number, end: number, key: number][]) => ({
  name: '',
  events: ChannelEvents.of(
    [{ tick: 0, status: 0xc0, data1: program, data2: 0 }].concat(
      notes.flatMap(([start, end, key]) => [
        { tick: start * 480, status: 0x90, data1: key, data2: 80 },
        { tick: end * 480, status: 0x80, data1: key, data2: 0 },
      ]),
    ),
  ),
});
const piece: Piece = {
  ...{ division: 480, timeSignatures: [], keySignatures: [], tempos: [] },
  tracks: [
    track(40, [
      [0, 1, 72],
      [1, 4, 74],
      [2, 4, 71],
    ]),
    track(40, [
      [2, 3, 67],
      [3, 4, 69],
    ]),
  ],
};

it('tells the lines of a piece', () => {
  expect(grammar.linesOf!(piece)).toEqual([
    { program: 40, player: 0, start: 0 },
    { program: 40, player: 0, start: 2 * grammar.division },
    { program: 40, player: 1, start: 2 * grammar.division },
  ]);
});

it('lets lines in where they are planned, and no others', () => {
  const tokens = grammar.encode(piece);
  const reader = grammar.reader({ lines: grammar.linesOf!(piece) });
  const others = ['Program_40', 'Program_41', 'Voice_1', 'Voice_2'];
  const letsIn = (token: string) => /^(Program|Voice)/.test(token);
  for (const token of tokens) {
    expect(reader.allows(token), token).toBe(true);
    if (letsIn(token)) expect(reader.allows('Rest_None')).toBe(false);
    else if (/^(Pitch|Rest|Duration)/.test(token))
      for (const other of others) expect(reader.allows(other), `${other} for ${token}`).toBe(false);
    reader.add(token);
  }
});
