import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { listenerOf, sample, UNBENT } from '@etude/generator';
import { CopyIndex } from '@etude/measures';
import { readMidi } from '@etude/midi-reader';
import { chooseKernels, initialWeights } from '@etude/model';
import { createRandom, notesOf, piecesOf } from '@etude/music';

import { loadTensorFlow } from '@etude/tensorflow';
import { buildVocabulary, createGrammar } from '@etude/tokenizer';
import { root } from '../scripts/setup/workspace.mjs';

const NOTES = 1_000_000;

/** Notes in which much is repeated, so that there is much to compare with. */
function randomNotes() {
  const random = createRandom(1);
  let start = 0;
  return Array.from({ length: NOTES }, () => {
    start += 120 * (1 + Math.floor(3 * random.next()));
    const key = 60 + Math.floor(12 * random.next());
    return { track: 0, channel: 0, program: 0, key, velocity: 90, start, end: start + 120 };
  });
}

/** What it costs to look up every note in an index of 1,000,000 while a song is sampled, against not looking. */
export function copyGuard({ compared }) {
  return [
    {
      name: 'sample-guarded/unguarded',
      async run() {
        const [piece] = piecesOf(readMidi(readFileSync(join(root, 'data', 'canon-in-d.mid'))));
        const grammar = createGrammar({ grammar: 'session', division: piece.division, steps: 0, velocities: 32 });
        const vocabulary = buildVocabulary(grammar.encode(piece), 'error');
        const index = new CopyIndex([[randomNotes()], [notesOf(piece)]]);
        const loaded = await loadTensorFlow();
        const { kernels } = chooseKernels(loaded, { threads: availableParallelism() });
        /** @type {import('@etude/model').LanguageModelShape} */
        const shape = {
          model: 'stacked-lstm',
          layers: 4,
          units: 256,
          vocabulary: vocabulary.entries.length,
          tiedEmbeddings: false,
        };
        const model = { shape, weights: initialWeights(loaded.tf, shape, createRandom(1)) };
        const listener = (guarded) =>
          listenerOf(vocabulary, grammar, { copies: guarded ? [{ index, limit: 8 }] : [], prime: 1 });
        const options = { length: 1500, bending: UNBENT, seed: 1, songs: 1, prime: [0], firstToken: [] };
        const times = { guarded: [], unguarded: [] };
        for (let round = 0; round < 6; round++) {
          for (const name of ['guarded', 'unguarded']) {
            const startedAt = performance.now();
            await sample({ tf: loaded.tf, kernels }, model, { ...options, listener: listener(name === 'guarded') });
            if (round > 0) times[name].push((performance.now() - startedAt) / options.length);
          }
        }
        return compared('sample-guarded/unguarded', 'ms', times.guarded, times.unguarded, 'unguarded');
      },
    },
  ];
}
