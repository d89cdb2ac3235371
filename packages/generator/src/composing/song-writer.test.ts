import { readFileSync } from 'node:fs';
import { CopyIndex } from '@etude/measures';
import { ChannelEvents, readMidi } from '@etude/midi-reader';
import { chooseKernels, initialWeights, type LanguageModelShape } from '@etude/model';
import { createRandom, joined, notesOf, type Piece, piecesOf } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { buildVocabulary, createGrammar, GRAMMARS, timeOf } from '@etude/tokenizer';
import { describe, expect, it } from 'vitest';
import { UNBENT } from '../sampling/distribution.js';
import { cadenceOf, type Ending, type EndingJudge, withTonic } from './endings/cadence.js';
import { LearnedMusic } from './learned-music.js';
import type { Noise } from './noise/schedule.js';
import { songOptions } from './rules/grammar-constraint.js';
import { SongWriter } from './song-writer.js';

const data = (name: string) =>
  piecesOf(readMidi(readFileSync(new URL(`../../../../data/${name}.mid`, import.meta.url))))[0]!;
const [canon, prelude] = [data('canon-in-d'), data('prelude-bwv-846')];

// In the score grammar a model that knows nothing lets voices come in without end, and a song does not get to its last bar.
const others = GRAMMARS.filter((name) => name !== 'score');

describe.each(others)('songs without a form, of a model that knows nothing, in the grammar %s', async (name) => {
  const loaded = await loadTensorFlow();
  const { kernels } = chooseKernels(loaded, { threads: 1 });
  const steps = timeOf(name) === 'steps' ? 4 : 0;
  const piece: Piece = name === 'event-text' ? { ...prelude, tracks: prelude.tracks.slice(-1) } : canon;
  const grammar = createGrammar({ grammar: name, division: piece.division, steps, velocities: 32 });
  const vocabulary = buildVocabulary(grammar.encode(piece), 'error');
  const bar = 4 * grammar.division;
  const shape: LanguageModelShape = {
    ...{ model: 'stacked-lstm', layers: 1, units: 4, tiedEmbeddings: false },
    vocabulary: vocabulary.entries.length,
  };
  const writerOf = (ending: Ending, noise?: Noise) =>
    new SongWriter({
      ...{ tf: loaded.tf, kernels, vocabulary, grammar, signal: new AbortController().signal },
      model: { shape, weights: initialWeights(loaded.tf, shape, createRandom(1)) },
      ...{ takes: 1, length: 400, ending, cadence: cadenceOf(piece), bar },
      noise,
      learned: new LearnedMusic([piece]),
      faultsOf: () => 0,
      options: { bending: UNBENT, ...songOptions(vocabulary, grammar) },
      rules: { copies: [{ index: new CopyIndex([[notesOf(piece)]]), limit: 8 }] },
    });
  const write = (ending: Ending) => writerOf(ending).songs({ count: 5, beginning: [], seed: 1 }, () => {});

  it('with a form have draws of their own: no song of one seed is a song of another', async () => {
    const writer = writerOf('rest');
    const songs = new Set<string>();
    for (const seed of [1, 2, 3, 0x10001]) {
      for (const song of [0, 1, 2]) {
        const written = await writer.inForm({ seed, song, bars: 4 }, async (_, bars) => {
          const song = {
            ...piece,
            tracks: piece.tracks.map((track) => ({ ...track, events: ChannelEvents.of([]) })),
          };
          return bars.write({ song, isGiven: () => false, given: 0, from: 0, until: 4 * bar });
        });
        songs.add(written.tokens.join(' '));
      }
    }
    expect(songs.size).toBe(12);
  });

  it('with a form have noise from so many ticks of each section on', async () => {
    const state = { kind: 'state', begin: () => ({ label: 'noise', isOver: () => true }) };
    const writer = writerOf('rest', { every: bar / 2, from: bar, disturbances: [state] });
    const empty = { ...piece, tracks: piece.tracks.map((track) => ({ ...track, events: ChannelEvents.of([]) })) };
    const section = { song: empty, isGiven: () => false, given: 0 };
    const { trace } = await writer.inForm({ seed: 1, song: 0, bars: 4 }, async (_, bars) => {
      const first = await bars.write({ ...section, from: 0, until: 2 * bar });
      const second = await bars.write({ ...section, song: first, from: 2 * bar, until: 4 * bar });
      return joined([
        { piece: first, ticks: 2 * bar },
        { piece: second, ticks: 2 * bar },
      ]);
    });
    const reader = grammar.reader();
    const disturbedBars = trace.flatMap(({ token, disturbance }) => {
      const at = reader.timeAfter(token);
      reader.add(token);
      return disturbance === '' ? [] : Math.floor(at / bar);
    });
    expect([...new Set(disturbedBars)]).toEqual([1, 3]);
  });

  it('are cut behind their last token where that is wanted', async () => {
    for (const { tokens, trace } of await write('cut')) {
      expect(tokens).toHaveLength(400);
      expect(trace).toHaveLength(400);
    }
  });

  it.each(['rest', 'cadence'] as const)('end with a bar line: %s', async (ending) => {
    for (const { tokens, trace } of await write(ending)) {
      expect(trace.map(({ token }) => token)).toEqual(tokens);
      // All but what the ending set was drawn.
      expect(trace.filter(({ probability }) => probability !== undefined).length).toBeGreaterThan(350);
      const notes = notesOf(grammar.decode(tokens));
      const end = notes.reduce((last, note) => Math.max(last, note.end), 0);
      if (ending === 'rest') {
        const lastStart = notes.at(-1)!.start;
        expect(end).toBeLessThanOrEqual(Math.ceil((lastStart + 1) / bar) * bar);
        continue;
      }
      const last = notes.filter(({ start }) => start === end - bar);
      expect(end % bar).toBe(0);
      expect(last.length).toBeGreaterThan(0);
      const { tonic } = cadenceOf(piece);
      for (const { key, end: noteEnd } of last) {
        expect(tonic).toContain(key % 12);
        expect(noteEnd).toBe(end);
      }
      expect(Math.min(...last.map(({ key }) => key)) % 12).toBe(tonic[0]);
    }
  });
});

describe('the last bar', () => {
  const judge: EndingJudge = { excessOf: () => undefined, knows: () => true };
  const ticks = { song: 35 * 4 * 480, bar: 4 * 480 };
  const lastOf = (changed: Partial<EndingJudge>) =>
    notesOf(withTonic(prelude, ticks, cadenceOf(prelude), { ...judge, ...changed }))
      .filter(({ start }) => start >= ticks.song)
      .map(({ key }) => key);

  it('has a note for each voice, the lowest of the root', () => {
    expect(lastOf({})).toHaveLength(1);
    expect(lastOf({})[0]! % 12).toBe(0);
  });

  it('has no pitch that the model does not know, and none at all where that would be too long a copy', () => {
    const near = lastOf({})[0]!;
    const knows = (piece: Piece) => notesOf(piece).every(({ key }) => key !== near);
    expect(lastOf({ knows })).toHaveLength(1);
    expect(lastOf({ knows })).not.toContain(near);
    const excessOf: EndingJudge['excessOf'] = (piece, isGiven) => {
      const written = notesOf(piece).find((note) => !isGiven(note));
      return written && { at: written.start, written };
    };
    expect(lastOf({ excessOf })).toEqual([]);
    expect(lastOf({ knows: () => false })).toEqual([]);
  });
});
