import { expect, it } from 'vitest';
import { clocked, injected } from '../../../testing/small-model.js';
import { noise, noiseOf } from '../noise.js';
import { injections } from '../schedule.js';

const context = { ticks: { beat: 1, bar: 4 }, layers: 2, themeOf: () => [1, 5, 2, 3, 0, 0] };
const once = (settings: object) => () =>
  injections(noiseOf(noise.parse({ every: 50, from: 1, disturbances: [settings] }), context)!);

it('lets an instrument enter that has been silent', async () => {
  const listener = clocked(1, { noteOf: (id) => ({ key: 60, voice: id }), allows: (id) => id > 3 });
  const entry = once({ kind: 'notes', count: 1, pick: 'entry' });
  for (const { tokens, injected: what } of await injected(entry, { firstToken: [0, 0, 0, 0, 1, 0], listener })) {
    const at = what.length === 0 ? -1 : Number.parseInt(what[0]!, 10);
    // Only two instruments may play: one enters, where it was silent until then.
    if (at >= 0) expect(tokens.slice(0, at)).not.toContain(tokens[at]);
    else expect(new Set(tokens.slice(0, 5)).size).toBe(2);
  }
});

it.each([
  ['leap', (key: number, last: number) => Math.abs(key - last) >= 7],
  ['pitch', (key: number, _: number, before: number[]) => !before.some((other) => other % 12 === key % 12)],
])('can be a %s', async (pick, isSuch) => {
  const keyOf = (id: number) => 60 + 5 * id;
  const listener = clocked(1, { noteOf: (id) => ({ key: keyOf(id), voice: 0 }) });
  const songs = await injected(once({ kind: 'notes', count: 1, pick }), { listener, songs: 20 });
  const found = songs.filter(({ injected: what }) => what.length > 0);
  expect(found.length).toBeGreaterThan(5);
  for (const { tokens, injected: what } of found) {
    const at = Number.parseInt(what[0]!, 10);
    const before = tokens.slice(0, at).map(keyOf);
    expect(isSuch(keyOf(tokens[at]!), before.at(-1)!, before)).toBe(true);
  }
});
