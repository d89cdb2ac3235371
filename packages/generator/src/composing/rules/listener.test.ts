import { readFileSync } from 'node:fs';
import { CopyIndex, measureNovelty } from '@etude/measures';
import { ChannelEvents, isNoteOff, isNoteOn, readMidi } from '@etude/midi-reader';
import { chooseKernels, initialWeights, type LanguageModelShape } from '@etude/model';
import { createRandom, type Note, notesOf, type Piece, piecesOf } from '@etude/music';
import { loadTensorFlow } from '@etude/tensorflow';
import { buildVocabulary, createGrammar, encoderOf, GRAMMARS, timeOf, tokensOfIds } from '@etude/tokenizer';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { UNBENT } from '../../sampling/distribution.js';
import { sample } from '../../sampling/sample-songs.js';
import { LearnedMusic } from '../learned-music.js';
import { songOptions } from './grammar-constraint.js';
import { listenerOf, type SongRules } from './listener.js';
import { noteRuleFields, noteRules } from './note-rules.js';

const canon = piecesOf(readMidi(readFileSync(new URL('../../../../../data/canon-in-d.mid', import.meta.url))))[0]!;

describe.each(GRAMMARS)('songs of a model that knows nothing, in the grammar %s', async (name) => {
  const loaded = await loadTensorFlow();
  const { kernels } = chooseKernels(loaded, { threads: 1 });
  const { tf } = loaded;
  const steps = timeOf(name) === 'steps' ? 4 : 0;
  const grammar = createGrammar({ grammar: name, division: canon.division, steps, velocities: 32 });
  const music = grammar.partOf?.(canon) ?? canon;
  const learned = new LearnedMusic([canon]);
  const vocabulary = buildVocabulary(grammar.encode(music), 'error');
  const shape: LanguageModelShape = {
    ...{ model: 'stacked-lstm', layers: 1, units: 4, tiedEmbeddings: false },
    vocabulary: vocabulary.entries.length,
  };
  const songs = (rules: Partial<SongRules>, options: { songs: number; length: number }) =>
    sample(
      { tf, kernels },
      { shape, weights: initialWeights(tf, shape, createRandom(1)) },
      {
        ...{ ...options, seed: 1, prime: [], bending: UNBENT, ...songOptions(vocabulary, grammar) },
        listener: listenerOf(vocabulary, grammar, { copies: [], prime: 0, ...rules }),
      },
    );

  it('are all valid: 2,500 of them', { timeout: 120_000 }, async () => {
    const written = await songs({}, { songs: 2500, length: 40 });
    expect(written).toHaveLength(2500);
    for (const { tokens } of written) {
      // Checked by what is read back, and not by what let it pass.
      const song = grammar.decode(tokensOfIds(vocabulary, tokens));
      for (const { events } of song.tracks) {
        const down = new Set<number>();
        for (const event of events) {
          const key = ((event.status & 15) << 7) | event.data1;
          if (isNoteOn(event)) {
            expect(down.has(key)).toBe(false);
            down.add(key);
          } else if (isNoteOff(event)) expect(down.delete(key)).toBe(true);
        }
      }
      for (const { start, end } of notesOf(song)) expect(end).toBeGreaterThanOrEqual(start);
    }
  });

  it('copy no more notes than they may', async () => {
    const index = new CopyIndex([[notesOf(music)]]);
    const longest = async (guarded: boolean) => {
      const written = await songs(guarded ? { copies: [{ index, limit: 4 }] } : {}, { songs: 40, length: 300 });
      const runs = written.map(({ tokens }) => {
        const song = grammar.decode(tokensOfIds(vocabulary, tokens));
        return measureNovelty(notesOf(song), index, (tick) => tick).longestRun?.notes ?? 0;
      });
      return Math.max(...runs);
    };
    expect(await longest(true)).toBeLessThanOrEqual(4);
  });

  it('keep to rules', async () => {
    const wanted = z.strictObject(noteRuleFields).parse({
      range: ['C4', 81],
      scale: 'D major',
      chords: ['D', 'A7', 'G'],
      chordBeats: 2,
      density: 12,
      instrumentRanges: false,
    });
    const written = await songs(
      { noteRules: noteRules(wanted, { division: grammar.division, learned, hasPlaces: false }) },
      { songs: 100, length: 200 },
    );
    let notes = 0;
    for (const { tokens, trace } of written) {
      // What had to be given up is checked by the relaxing of rules, and is rare.
      if (trace.some(({ relaxed }) => relaxed.length > 0)) continue;
      const starts: number[] = [];
      for (const { key, start } of notesOf(grammar.decode(tokensOfIds(vocabulary, tokens)))) {
        notes += 1;
        expect(key).toBeGreaterThanOrEqual(60);
        expect(key).toBeLessThanOrEqual(81);
        const chords = [
          [2, 6, 9],
          [9, 1, 4, 7],
          [7, 11, 2],
        ];
        expect(chords[Math.floor(start / (2 * grammar.division)) % 3]).toContain(key % 12);
        starts.push(start);
        expect(starts.filter((other) => other > start - grammar.division).length).toBeLessThanOrEqual(12);
      }
    }
    expect(notes).toBeGreaterThan(200);
  });

  it.runIf(['factored', 'score'].includes(name))('keep to the ranges of instruments', async () => {
    const wanted = z.strictObject(noteRuleFields).parse({});
    const ranges = (piece: Piece) => {
      const keys = new Map<number, number[]>();
      for (const { program, key } of notesOf(piece)) keys.set(program, [...(keys.get(program) ?? []), key]);
      return keys;
    };
    const own = ranges(canon);
    let notes = 0;
    for (const { tokens, trace } of await songs(
      { noteRules: noteRules(wanted, { division: grammar.division, learned, hasPlaces: false }) },
      { songs: 50, length: 200 },
    )) {
      if (trace.some(({ relaxed }) => relaxed.length > 0)) continue;
      for (const [program, keys] of ranges(grammar.decode(tokensOfIds(vocabulary, tokens)))) {
        notes += keys.length;
        expect(Math.min(...keys)).toBeGreaterThanOrEqual(Math.min(...own.get(program)!));
        expect(Math.max(...keys)).toBeLessThanOrEqual(Math.max(...own.get(program)!));
      }
    }
    expect(notes).toBeGreaterThan(500);
  });

  it.runIf(name === 'score')('have on beats no chords but those of the music', async () => {
    const wanted = z.strictObject(noteRuleFields).parse({ harmony: 1, instrumentRanges: false });
    const soundingAt = (notes: readonly Note[], tick: number) =>
      new Set(notes.filter(({ start, end }) => start <= tick && end > tick).map(({ key }) => key % 12));
    const ofCanon = notesOf(canon);
    const chords = Array.from({ length: 84 }, (_, beat) => soundingAt(ofCanon, beat * canon.division));
    const isKnown = (set: ReadonlySet<number>) =>
      chords.some((chord) =>
        Array.from({ length: 12 }, (_, up) => up).some((up) => [...set].every((pitch) => chord.has((pitch + up) % 12))),
      );
    let [checked, open] = [0, 0];
    for (const isRule of [true, false]) {
      const noteRule = noteRules(wanted, { division: grammar.division, learned, hasPlaces: true });
      for (const { tokens, trace } of await songs(isRule ? { noteRules: noteRule } : {}, { songs: 40, length: 300 })) {
        if (trace.some(({ relaxed }) => relaxed.length > 0)) continue;
        const notes = notesOf(grammar.decode(tokensOfIds(vocabulary, tokens)));
        for (const tick of new Set(notes.map(({ start }) => start))) {
          if (tick % grammar.division !== 0) continue;
          const fits = soundingAt(notes, tick).size <= 1 || isKnown(soundingAt(notes, tick));
          if (isRule) {
            checked += 1;
            expect(fits).toBe(true);
          } else if (!fits) open += 1;
        }
      }
    }
    expect(checked).toBeGreaterThan(100);
    // Without the rule there are others.
    expect(open).toBeGreaterThan(20);
  });

  it.runIf(name === 'chord-frame')('have no parallel fifths and octaves where there are to be none', async () => {
    const wanted = z.strictObject(noteRuleFields).parse({ parallels: false, instrumentRanges: false });
    const noteRule = noteRules(wanted, { division: grammar.division, learned, hasPlaces: true });
    let [checked, parallel] = [0, 0];
    for (const isRule of [true, false]) {
      const written = await songs(isRule ? { noteRules: noteRule } : {}, { songs: 250, length: 300 });
      for (const { tokens, trace } of written) {
        if (trace.some(({ relaxed }) => relaxed.length > 0)) continue;
        const notes = notesOf(grammar.decode(tokensOfIds(vocabulary, tokens)));
        const times = [...new Set(notes.map(({ start }) => start))].slice(1);
        for (const tick of times) {
          const moves = movesAt(notes, tick);
          for (const [i, a] of moves.entries()) {
            for (const b of moves.slice(i + 1)) {
              const apart = Math.abs(a.from - b.from) % 12;
              const isParallel =
                (a.to - a.from) * (b.to - b.from) > 0 &&
                (apart === 0 || apart === 7) &&
                Math.abs(a.to - b.to) % 12 === apart;
              if (isRule) {
                checked += 1;
                expect(isParallel).toBe(false);
              } else if (isParallel) parallel += 1;
            }
          }
        }
      }
    }
    expect(checked).toBeGreaterThan(50);
    // Without the rule there are some.
    expect(parallel).toBeGreaterThan(5);
  });

  it.runIf(grammar.around)('have every note of a given voice, and no others in its place', async () => {
    const beat = grammar.division;
    const parts = canon.tracks.map((_, track) => notesOf(canon).filter((note) => note.track === track));
    // The ground backwards, in notes of other lengths than its own.
    const ground = parts.findLast((notes) => notes.length > 0)!;
    const keys = ground.slice(0, 16).map(({ key }) => key).reverse(); // biome-ignore format: short
    // A vocabulary of lengths has but those of the music.
    const length = (i: number) => (name === 'factored' || name === 'score' ? 1 : 1 + (i % 2)) * beat;
    const notes = keys.map((key, i) => ({ key, start: i * 2 * beat, end: i * 2 * beat + length(i) }));
    const as = name === 'chord-frame' ? 'bass' : parts.filter((part) => part.length > 0).length;
    const known = vocabulary.entries.map(({ token }) => token);
    const events = notes.flatMap(({ start, end, key }) => [
      { tick: start, status: 0x90, data1: key, data2: 90 },
      { tick: end, status: 0x80, data1: key, data2: 0 },
    ]);
    const piece = { ...canon, division: beat, tracks: [{ name: 'ground', events: ChannelEvents.of(events) }] };
    const voice = grammar.around!({ piece, notes, as, bar: 4 * beat }, known);
    expect(voice().notes.map(({ start, key }) => [start, key])).toEqual(notes.map(({ start, key }) => [start, key]));
    const index = new CopyIndex([[notesOf(music)]]);
    const written = await songs({ voice, copies: [{ index, limit: 4 }] }, { songs: 100, length: 1500 });
    let [whole, checked] = [0, 0];
    for (const { tokens, trace } of written) {
      // A model that knows nothing may have struck all keys of an instrument before it lets time go on.
      if (trace.some(({ relaxed }) => relaxed.includes('voice'))) continue;
      whole += 1;
      const song = grammar.decode(tokensOfIds(vocabulary, tokens));
      const all = notesOf(song);
      const last = all.at(-1)!.start;
      const due = notes.filter(({ end }) => end < last);
      checked += due.length;
      if (name === 'chord-frame') {
        for (const { start, end, key } of due) {
          for (let tick = start; tick < end; tick += beat / 4) {
            const sounding = all.filter((note) => note.start <= tick && note.end > tick).map((note) => note.key);
            expect(Math.min(...sounding)).toBe(key);
          }
        }
      } else {
        // In score a song may have more parts than the music.
        const track = name === 'score' ? Number(as) - 1 : Math.max(...all.map((note) => note.track));
        // What was cut at the end is left out.
        const found = all.filter((note) => note.track === track).slice(0, due.length);
        expect(found.map(({ key, start, end }) => ({ key, start, end }))).toEqual(due);
      }
      expect(all.length).toBeGreaterThan(2 * due.length);
    }
    expect(whole).toBeGreaterThanOrEqual(90);
    expect(checked).toBeGreaterThan(50);
  });
});

it('forbids what no song of the score grammar could be read with: a rest over the end of the bar', () => {
  const settings = { grammar: 'score', division: 480, steps: 4, velocities: 1 } as const;
  const tokens = ['TimeSig_3/4', 'Key_0_0', 'Program_0', 'Pitch_60', 'Duration_11', 'Rest_None', 'Duration_3'];
  const vocabulary = buildVocabulary([...tokens, 'Duration_1'], 'error');
  const listener = listenerOf(vocabulary, createGrammar(settings), { copies: [], prime: 0 })();
  const [...ids] = encoderOf(vocabulary)(tokens);
  for (const id of ids.slice(0, -1)) {
    expect(listener.forbids(id)).toBe(false);
    listener.add(id, false);
  }
  expect(listener.forbids(ids.at(-1)!)).toBe(true);
});

it('lets no song end before it lasts as long as it has to', () => {
  const grammar = createGrammar({ grammar: 'chord-frame', division: 480, steps: 1, velocities: 1 });
  const vocabulary = buildVocabulary(['Pitch_60', 'Frame_None'], 'error');
  const listener = listenerOf(vocabulary, grammar, { copies: [], prime: 0, endFrom: 2 * grammar.division })();
  const mayEnd = ['Pitch_60', 'Frame_None', 'Pitch_60', 'Frame_None'].map((token) => {
    listener.add([...encoderOf(vocabulary)([token])][0]!, false);
    return listener.mayEnd?.();
  });
  expect(mayEnd).toEqual([false, false, false, true]);
});

/** How voices move at a tick, from the lowest, where there are as many before. */
function movesAt(notes: readonly Note[], tick: number): { from: number; to: number }[] {
  const keys = (some: readonly Note[]) => some.map(({ key }) => key).sort((a, b) => a - b);
  const from = keys(notes.filter(({ start, end }) => start < tick && end >= tick));
  const to = keys(notes.filter(({ start, end }) => start <= tick && end > tick));
  if (from.length !== to.length) return [];
  // A pitch that is held is of one note.
  return to.flatMap((key, voice) => (from.includes(key) ? [] : [{ from: from[voice]!, to: key }]));
}
