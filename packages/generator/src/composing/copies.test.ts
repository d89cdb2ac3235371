import { hashesOfRuns, RunHashes } from '@etude/measures';
import { plainCopyOf } from '@etude/measures/testing';
import { readMidi } from '@etude/midi-reader';
import { excerpt, type Note, notesOf, piecesOf } from '@etude/music';
import { GRAMMARS } from '@etude/tokenizer';
import { describe, expect, it } from 'vitest';
import { BAR, type Copyist, copyist, givenFile, tune } from '../testing/copying-songs.js';
import { type ComposingMusic, compose } from './compose.js';
import { songSettings } from './settings.js';
import type { Song } from './song-writer.js';

// Songs of models that know a tune by heart, and of models that know nothing, written in every way there is, and looked at by a checker that shares
// nothing with what wrote them. `npm run test:copies` writes 10,000.

const SONGS = Number(process.env.COPIES_SONGS ?? 400);
/** Steps of training after which the tune is known. */
const STEPS = 400;

type Sounds = (song: Song, notes: readonly Note[]) => (tick: number, key: number) => boolean;
interface Way {
  readonly settings: Record<string, unknown> | ((grammar: string) => Record<string, unknown>);
  readonly given?: Record<string, Uint8Array>;
  /** what in a song is the user's own */
  readonly isGiven?: (copyist: Copyist) => Sounds;
}

const among = (notes: readonly { start: number; key: number }[]) => {
  const sounds = new Set(notes.map(({ start, key }) => `${start} ${key}`));
  return (tick: number, key: number) => sounds.has(`${tick} ${key}`);
};
const inForm = (sections: string[], vary: number) => ({ form: { sections, bars: 2, vary }, length: 200 });
const noise = (...disturbances: object[]) => ({ every: 2, from: 1, disturbances });
const beginning = tune(2);
const bass = tune(4, [2]);

const WAYS: Record<string, Way> = {
  'for their length': { settings: {} },
  'cut, with wild noise': { settings: { ending: 'cut', noise: 'wild' } },
  'with strange notes and rests': {
    settings: { ending: 'rest', noise: noise({ kind: 'notes', count: 2 }, { kind: 'rest', beats: 1 }) },
  },
  'from a given beginning': {
    settings: { prime: 30 },
    isGiven:
      ({ composing: { grammar }, learned }) =>
      () =>
        among(notesOf(grammar.decode(grammar.encode(learned[0]!).slice(0, 30)))),
  },
  'with a given theme': {
    settings: { noise: noise({ kind: 'theme', of: 'theme', tokens: 24 }) },
    given: { theme: beginning },
    isGiven:
      ({ composing: { grammar } }) =>
      ({ trace }) => {
        const reader = grammar.reader();
        const notes = trace.flatMap(({ token, disturbance }) => {
          const note = disturbance.includes('theme') ? reader.noteOf(token) : undefined;
          reader.add(token);
          return note ?? [];
        });
        return among(notes);
      },
  },
  'round a given voice': {
    settings: (grammar) => ({ voice: { of: 'bass', as: grammar === 'chord-frame' ? 'bass' : 3 }, length: 400 }),
    given: { bass },
    isGiven: () => () => among(notesOf(piecesOf(readMidi(bass))[0]!)),
  },
  'in sections': { settings: inForm(['A', 'B', 'A'], 0.5) },
  'in sections that are repeated as they are, with noise': {
    settings: { ...inForm(['A', 'A'], 0), noise: noise({ kind: 'notes', count: 1 }, { kind: 'state', scale: 1 }) },
  },
  'in sections, some of them given': {
    settings: { ...inForm(['intro', 'B', 'intro'], 0.5), ending: 'rest' },
    given: { intro: beginning },
    isGiven: () => (_, notes) => {
      // Bars that are those of the intro, or what is left of them where the song ends early.
      const barOf = (bar: number) => notes.filter(({ start }) => Math.floor(start / BAR) === bar);
      const [intro, again] = [[0, 1].flatMap(barOf), [4, 5].flatMap(barOf)];
      const isOriginal = among(intro);
      return among([...intro, ...again.filter(({ start, key }) => isOriginal(start - 4 * BAR, key))]);
    },
  },
};

describe.each(GRAMMARS)('songs of %s', async (name) => {
  const models = { nothing: await copyist(name, 0), 'a tune by heart': await copyist(name, STEPS) };
  const { grammar } = models.nothing.composing;
  const { learned } = models.nothing;
  const sources = [learned[0]!, grammar.decode(grammar.encode(learned[0]!))].map(notesOf);
  const write = (
    knows: keyof typeof models,
    way: Way,
    settings: Record<string, unknown>,
    music: Pick<ComposingMusic, 'learned' | 'base'> = { learned },
  ) => {
    const files = Object.entries(way.given ?? {}).map(([file, bytes]) => givenFile(file, bytes));
    const own = typeof way.settings === 'function' ? way.settings(name) : way.settings;
    const temperature = knows === 'nothing' ? 1 : 0.5;
    const all = songSettings.parse({ takes: 1, length: 160, temperature, ...own, ...settings });
    return compose(
      models[knows].composing,
      { ...music, given: files },
      { ...all, seed: 1 },
      { signal: new AbortController().signal, progress: () => {}, say: () => {} },
    );
  };

  it('copy much where they may', async () => {
    const songs = await write('a tune by heart', WAYS['for their length']!, { songs: 8, rules: { copyLimit: 0 } });
    const copies = songs.map(({ tokens }) => plainCopyOf(notesOf(grammar.decode(tokens)), sources).notes);
    expect(Math.max(...copies)).toBeGreaterThan(12);
  });

  it('copy no nine notes of what the base model has learned', async () => {
    // Of the tune the model has only a bar in its own music, and knows the rest from its base.
    const music = { learned: [excerpt(learned[0]!, 0, BAR)] };
    const longest = async (base?: RunHashes) => {
      const settings = { songs: 8, rules: { copyLimit: 8 } };
      const songs = await write('a tune by heart', WAYS['for their length']!, settings, { ...music, base });
      return Math.max(...songs.map(({ tokens }) => plainCopyOf(notesOf(grammar.decode(tokens)), sources).notes));
    };
    expect(await longest()).toBeGreaterThan(8);
    expect(await longest(new RunHashes(hashesOfRuns([sources])))).toBeLessThanOrEqual(8);
  });

  const isRefused = ({ given }: Way) => grammar.hasTurns === true && given?.theme !== undefined;
  const ways = Object.entries(WAYS).filter(
    ([title, way]) => !isRefused(way) && (grammar.around || title !== 'round a given voice'),
  );

  it.each(Object.entries(WAYS).filter(([, way]) => isRefused(way)))('are refused in words: %s', async (_, way) => {
    await expect(write('nothing', way, { songs: 1 })).rejects.toThrow('such as factored: score lets voices take turns');
  });

  const cases = ways.flatMap(([title, way]) =>
    ([3, 5, 8] as const).flatMap((limit) =>
      (['nothing', 'a tune by heart'] as const).map((knows) => [limit, title, knows, way] as const),
    ),
  );
  const songs = Math.ceil(SONGS / GRAMMARS.length / cases.length);
  it.each(cases)(
    'copy no more than %i notes: %s, of a model that knows %s',
    { timeout: 600_000 },
    async (limit, _, knows, way) => {
      const written = await write(knows, way, { songs, rules: { copyLimit: limit } });
      expect(written).toHaveLength(songs);
      for (const [number, song] of written.entries()) {
        const notes = notesOf(grammar.decode(song.tokens));
        const isGiven = way.isGiven?.(models[knows])(song, notes);
        const found = plainCopyOf(notes, sources, limit, isGiven);
        expect(found.notes, `song ${number + 1}: ${JSON.stringify(found)}`).toBe(0);
      }
    },
  );
});
