import { expect, it } from 'vitest';
import { createGrammar } from './create-grammar.js';

it.each([
  ['event-text', ['0_90_3c_64', '0_90_40_64'], '480_80_3c_00', '480_80_40_00', '480_90_43_64'],
  [
    'session',
    ['NoteOn_0.0_60_100', 'NoteOn_0.0_64_100', 'TimeShift_480'],
    'NoteOff_0.0_60_0',
    'NoteOff_0.0_64_0',
    'TimeShift_480',
  ],
] as const)('in %s, notes that have been held for longer than notes may be end before anything else', (name, begin, endsFirst, endsSecond, goesOn) => {
  const grammar = createGrammar({ grammar: name, division: 480, steps: 0, velocities: 1 });
  const reader = grammar.reader({ longestNote: 479 });
  const free = grammar.reader();
  for (const token of begin) for (const each of [reader, free]) each.add(token);
  // A delta of event-text is part of the event behind it: time goes on with the first end.
  for (const token of name === 'event-text' ? [endsFirst] : []) {
    expect(reader.allows(token)).toBe(true);
    for (const each of [reader, free]) each.add(token);
  }
  const may = (each: typeof reader) => [endsSecond, goesOn].map((token) => each.allows(token));
  expect(may(reader)).toEqual([true, false]);
  expect(may(free)).toEqual([true, true]);
  for (const token of name === 'event-text' ? [endsSecond] : [endsSecond, endsFirst]) reader.add(token);
  expect(reader.allows(goesOn)).toBe(true);
});
