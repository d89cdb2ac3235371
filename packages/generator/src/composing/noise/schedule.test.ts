import { expect, it } from 'vitest';
import { sample } from '../../sampling/sample-songs.js';
import { clocked, injected, kernels, lists, model, options, tf } from '../../testing/small-model.js';
import { endsInLoop } from './loops.js';
import { noise, noiseOf } from './noise.js';
import { PRESETS } from './presets.js';
import { injections } from './schedule.js';

const context = { ticks: { beat: 1, bar: 15 }, layers: 2, themeOf: () => [] };
const of = (settings: object) => () => injections(noiseOf(noise.parse(settings), context)!);
/** Five tokens fill a bar. */
const listener = clocked(3, { noteOf: (id) => ({ key: 60 + 7 * id, voice: id }) });

it('comes when it is due, in turn, and is in the trace', async () => {
  const disturbances = [
    { kind: 'temperature', factor: 2, tokens: 3 },
    { kind: 'state', scale: 1 },
    { kind: 'notes', count: 1 },
  ];
  const [song] = await injected(of({ every: 1, from: 0.8, disturbances }), { listener });
  expect(song!.injected).toEqual(['4 temperature 2', '9 state 1', '14 note', '19 temperature 2']);
});

it('counts bars, and parts of them', async () => {
  const disturbances = [{ kind: 'state', scale: 1 }];
  const [often] = await injected(of({ every: 0.6, from: 0, disturbances }), { listener, length: 8 });
  expect(often!.injected).toEqual(['1 state 1', '4 state 1', '7 state 1']);
  const [late] = await injected(of({ every: 2, from: 1, disturbances }), { listener });
  expect(late!.injected).toEqual(['5 state 1', '15 state 1']);
});

it('changes what comes after it, and nothing before', async () => {
  const plain = lists(await sample({ tf, kernels }, model, { ...options, length: 60 }));
  for (const disturbance of [{ kind: 'state', scale: 3 }, { kind: 'swap' }]) {
    const songs = await injected(of({ every: 4, from: 0.8, disturbances: [disturbance] }), { length: 60, listener });
    expect(songs.map(({ tokens }) => tokens.slice(0, 5))).toEqual(plain.map((song) => song.slice(0, 5)));
    expect(songs.map(({ tokens }) => tokens)).not.toEqual(plain);
  }
});

it('comes only where a song is in a loop, if it has no times of its own', () => {
  const loop = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  expect(endsInLoop([...loop, ...loop], 0)).toBe(true);
  expect(endsInLoop([0, ...loop, ...loop], 0)).toBe(true);
  expect(endsInLoop([...loop, ...loop.with(3, 99)], 0)).toBe(false);
  expect(endsInLoop([...loop, ...loop], 5)).toBe(false);
  // One token over and over is a loop when it has lasted.
  expect(endsInLoop(new Array(10).fill(1), 0)).toBe(false);
  expect(endsInLoop(new Array(24).fill(1), 0)).toBe(true);
});

it('has presets, which are what could stand in YAML', () => {
  for (const [name, settings] of PRESETS) {
    expect(noise.parse(name)).toBe(name);
    expect(noiseOf(noise.parse(name), context)!.disturbances.map(({ kind }) => kind)).toEqual(
      noiseOf(noise.parse(settings), context)!.disturbances.map(({ kind }) => kind),
    );
  }
  expect(noiseOf('none', context)).toBeUndefined();
});
