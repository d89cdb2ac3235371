import { expect, it } from 'vitest';
import { clocked, injected } from '../../../testing/small-model.js';
import { noise, noiseOf } from '../noise.js';
import { injections } from '../schedule.js';

const context = { ticks: { beat: 1, bar: 4 }, layers: 2, themeOf: () => [1, 5, 2, 3, 0, 0] };
const once = (settings: object) => () =>
  injections(noiseOf(noise.parse({ every: 50, from: 1, disturbances: [settings] }), context)!);

it('goes on with given music, without what makes no sense', async () => {
  const listener = clocked(1, { allows: (id) => id !== 5 });
  const theme = once({ kind: 'theme', of: 'mine', tokens: 4 });
  const [song] = await injected(theme, { firstToken: [1, 1, 1, 1, 1, 0], listener });
  expect(song!.tokens.slice(4, 7)).toEqual([1, 2, 3]);
  expect(song!.injected).toEqual(['4 theme', '5 theme', '6 theme']);
});
