/** Noise by name, as it would stand in YAML. A bar has about 8 tokens of a tune in event-text, and 74 of five parts in score. */
export const PRESETS: ReadonlyMap<string, object> = new Map([
  ['calm', { every: 8, from: 4, disturbances: [{ kind: 'temperature', factor: 1.3, tokens: 12 }] }],
  [
    'restless',
    {
      ...{ every: 4, from: 3 },
      disturbances: [
        { kind: 'temperature', factor: 1.5, tokens: 16 },
        { kind: 'notes', count: 1 },
        { kind: 'state', scale: 0.5 },
      ],
    },
  ],
  [
    'wild',
    {
      ...{ every: 2, from: 1 },
      disturbances: [
        { kind: 'notes', count: 3 },
        { kind: 'state', scale: 1 },
        { kind: 'temperature', factor: 2, tokens: 16 },
        { kind: 'swap' },
      ],
    },
  ],
  // Only where a song is in a loop.
  [
    'drift',
    {
      from: 1,
      disturbances: [
        { kind: 'temperature', factor: 1.6, tokens: 24 },
        { kind: 'state', scale: 1 },
        { kind: 'notes', count: 2 },
        { kind: 'state', scale: 2 },
      ],
    },
  ],
]);
