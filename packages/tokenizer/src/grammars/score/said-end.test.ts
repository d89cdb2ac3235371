import { expect, it } from 'vitest';
import { createGrammar } from '../create-grammar.js';

const grammar = createGrammar({ grammar: 'score', division: 480, steps: 4, velocities: 1 });
const LENGTHS = [2, 3, 4, 8].map((steps) => `Duration_${steps}`);
const known = [...LENGTHS, 'Pitch_60', 'Rest_None'];
/** What a song reads after some tokens. */
const after = (tokens: string, plan = {}) => {
  const reader = grammar.reader({ known, endsAsSaid: true, ...plan });
  for (const token of tokens.split(' ')) reader.add(token);
  return reader;
};
const lengthsAfter = (tokens: string) => LENGTHS.filter((length) => after(`${tokens} Pitch_60`).allows(length));

// Two bars of 2/4 are 16 steps.
const HEAD = 'TimeSig_2/4 Key_0_0 Bars_2 Program_0';
const WITH_UPBEAT = 'TimeSig_2/4 Key_0_0 Upbeat_4 Bars_2 Program_0';
const eights = (count: number) => Array(count).fill('Pitch_60 Duration_8').join(' ');

it('ends with the bars that are said, and nowhere else', () => {
  for (const [tokens, mayEnd] of [
    [`${HEAD} ${eights(1)}`, false],
    [`${HEAD} ${eights(2)}`, true],
  ] as const) {
    expect(after(tokens).mayEnd).toBe(mayEnd);
    for (const token of ['Pitch_60', 'Rest_None']) expect(after(tokens).allows(token)).toBe(!mayEnd);
  }
});

it('takes the length of an upbeat from the last bar', () => {
  const whole = `${WITH_UPBEAT} Pitch_60 Duration_4 ${eights(1)}`;
  expect(after(whole).mayEnd).toBe(false);
  expect(lengthsAfter(whole)).toEqual(['Duration_2', 'Duration_4']);
  expect(after(`${whole} Pitch_60 Duration_4`).mayEnd).toBe(true);
});

it('allows only lengths that leave as much as others can fill', () => {
  expect(lengthsAfter(`${HEAD} ${eights(1)} Pitch_60 Duration_3`)).toEqual(['Duration_2', 'Duration_3']); // 5 left: 2 + 3, 3 + 2
});

it('ends with all lines', () => {
  const first = `${HEAD} ${eights(2)}`; // a second line comes in with the last event, 8 steps before the end
  expect(after(first).allows('Voice_1')).toBe(true);
  expect(after(`${first} Voice_1`).mayEnd).toBe(false);
  expect(lengthsAfter(`${first} Voice_1`)).toEqual(LENGTHS);
  expect(after(`${first} Voice_1 ${eights(1)}`).mayEnd).toBe(true);
});

it('says nothing of songs that are past it, that do not say their bars, or that need not end there', () => {
  expect(lengthsAfter(`${HEAD} ${eights(3)}`)).toEqual(LENGTHS);
  expect(lengthsAfter('TimeSig_2/4 Key_0_0 Program_0')).toEqual(LENGTHS);
  const reader = after(`${HEAD} ${eights(2)}`, { endsAsSaid: false });
  expect(reader.allows('Pitch_60')).toBe(true);
  expect(reader.mayEnd).toBe(true);
});
