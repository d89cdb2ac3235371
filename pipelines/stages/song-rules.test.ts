import { readFileSync } from 'node:fs';
import { notesOf, type Piece, piecesOf } from '@etude/corpus';
import { sample, UNBENT } from '@etude/generator';
import { CopyIndex, measureNovelty } from '@etude/measures';
import { isNoteOff, isNoteOn, readMidi } from '@etude/midi-reader';
import { chooseKernels, createRandom, initialWeights, type LanguageModelShape } from '@etude/model';
import { loadTensorFlow } from '@etude/tensorflow';
import { buildVocabulary, createGrammar, decode, GRAMMARS, type GrammarSettings } from '@etude/tokenizer';
import { describe, expect, it } from 'vitest';
import { constraintOf, firstTokenWeights, listenerOf } from './song-rules.js';

const canon = piecesOf(readMidi(readFileSync(new URL('../../data/canon-in-d.mid', import.meta.url))))[0]!;
const music: Record<GrammarSettings['grammar'], Piece> = {
  'event-text': { ...canon, tracks: canon.tracks.slice(1, 2) },
  session: canon,
  factored: canon,
  'chord-frame': canon,
};

describe.each(GRAMMARS)('songs of a model that knows nothing, in the grammar %s', async (name) => {
  const loaded = await loadTensorFlow();
  const { kernels } = chooseKernels(loaded, { threads: 1 });
  const { tf } = loaded;
  const steps = name === 'event-text' || name === 'session' ? 0 : 4;
  const grammar = createGrammar({ grammar: name, division: canon.division, steps, velocities: 32 });
  const vocabulary = buildVocabulary(grammar.encode(music[name]), 'error');
  const shape: LanguageModelShape = {
    ...{ model: 'stacked-lstm', layers: 1, units: 4, tiedEmbeddings: false },
    vocabulary: vocabulary.entries.length,
  };
  const songs = (index: CopyIndex | undefined, options: { songs: number; length: number }) =>
    sample(
      tf,
      kernels,
      { shape, weights: initialWeights(tf, shape, createRandom(1)) },
      {
        ...{ ...options, seed: 1, prime: [], bending: UNBENT, firstToken: firstTokenWeights(vocabulary, grammar) },
        constraint: constraintOf(vocabulary, grammar),
        listener: listenerOf(vocabulary, grammar, { index, copyLimit: 4, prime: 0 }),
      },
    );

  it('are all valid: 2,500 of them', { timeout: 120_000 }, async () => {
    const written = await songs(undefined, { songs: 2500, length: 40 });
    expect(written).toHaveLength(2500);
    for (const { tokens } of written) {
      // Checked by what is read back, and not by what let it pass.
      const song = grammar.decode(decode(vocabulary, tokens));
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
    const index = new CopyIndex([notesOf(music[name])]);
    const longest = async (guarded: boolean) => {
      const written = await songs(guarded ? index : undefined, { songs: 40, length: 300 });
      const runs = written.map(({ tokens }) => {
        const song = grammar.decode(decode(vocabulary, tokens));
        return measureNovelty(notesOf(song), index, (tick) => tick).longestRun?.notes ?? 0;
      });
      return Math.max(...runs);
    };
    expect(await longest(true)).toBeLessThanOrEqual(4);
  });
});
