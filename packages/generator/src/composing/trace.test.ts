import { createGrammar } from '@etude/tokenizer';
import { expect, it } from 'vitest';
import { traceFormat, traceToCsv } from './trace.js';

const grammar = createGrammar({ grammar: 'factored', division: 480, steps: 4, velocities: 1 });
const row = (token: string, disturbance = '') => ({
  ...{ token, disturbance, probability: 0.5, isGiven: false, refused: 0, relaxed: ['leap'] },
});

it('tells in which section each token stands, once', () => {
  const tokens = [
    'Bar_None',
    'Position_0',
    'Program_0',
    'Pitch_60',
    'Velocity_127',
    'Duration_4',
    'Bar_None',
    'Position_8',
  ];
  const sections = [
    { name: 'A', tick: 0 },
    { name: "A'", tick: 4 * 480 },
  ];
  const csv = traceToCsv(
    tokens.map((token) => row(token, token === 'Pitch_60' ? 'notes' : '')),
    grammar,
    sections,
  );
  const read = traceFormat.parse(Buffer.from(csv));
  expect(read.map(({ quarter, section }) => [quarter, section]).filter(([, section]) => section !== '')).toEqual([
    [0, 'A'],
    [4, "A'"],
  ]);
  expect(read[3]).toEqual({ quarter: 0, probability: 0.5, relaxed: 'leap', disturbance: 'notes', section: '' });
});
