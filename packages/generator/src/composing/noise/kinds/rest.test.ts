import { expect, it } from 'vitest';
import { injected, silent } from '../../../testing/small-model.js';
import { noise, noiseOf } from '../noise.js';
import { injections } from '../schedule.js';

const context = { ticks: { beat: 1, bar: 4 }, layers: 2, themeOf: () => [1, 5, 2, 3, 0, 0] };
const once = (settings: object) => () =>
  injections(noiseOf(noise.parse({ every: 50, from: 0, disturbances: [settings] }), context)!);

it('lets no note begin for as long as it lasts', async () => {
  // Tokens 0 to 2 are notes, the others wait for a tick.
  const listener = () => {
    let now = 0;
    return {
      ...silent,
      now: () => now,
      onsetOf: (id: number) => (id < 3 ? now : undefined),
      add: (id: number) => {
        now += id < 3 ? 0 : 1;
      },
    };
  };
  const [song] = await injected(once({ kind: 'rest', beats: 6 }), { listener });
  expect(song!.tokens.slice(1, 7).every((id) => id >= 3)).toBe(true);
  expect(song!.injected).toEqual(['1 rest']);
});

it('does not end a song in which nothing but notes may come', async () => {
  const listener = () => ({
    ...silent,
    onsetOf: () => 0,
    forbids: (id: number) => id > 1,
    allows: (id: number) => id < 2,
  });
  const [song] = await injected(once({ kind: 'rest', beats: 6 }), { listener, firstToken: [1, 0, 0, 0, 0, 0] });
  expect(song!.tokens).toHaveLength(20);
  expect(song!.tokens.every((id) => id < 2)).toBe(true);
});
