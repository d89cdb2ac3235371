import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMidi } from '@etude/midi-reader';
import { piecesOf } from '@etude/music';
import { buildVocabulary, createGrammar, encoderOf } from '@etude/tokenizer';
import { root } from '../scripts/setup/workspace.mjs';

/** How long a whole process takes from its start to a given validation loss on the tune book, dropout left out. */
export function reach({ programs, processesInTurn, compared, here, threads }) {
  return [
    {
      name: 'reach-loss/pytorch',
      async run() {
        const [piece] = piecesOf(readMidi(readFileSync(join(root, 'data', 'tune-book.mid'))));
        const { division, tracks } = piece;
        const text = createGrammar({ grammar: 'event-text', division, steps: 0, velocities: 32 }).encode({
          ...piece,
          tracks: tracks.slice(-1),
        });
        const vocabulary = buildVocabulary(text, 'error');
        const tokens = [...encoderOf(vocabulary)(text)];
        const file = join(mkdtempSync(join(tmpdir(), 'etude-bench-')), 'problem.json');
        const problem = { vocabulary: vocabulary.entries.length, layers: 2, units: 128, batch: 16, window: 32 };
        const options = { learningRate: 0.005, evaluateEvery: 25, target: 1.8, seed: 1, threads };
        writeFileSync(file, JSON.stringify({ tokens, ...problem, ...options }));
        const [ours, theirs] = await processesInTurn(
          [
            { command: [process.execPath, here('reach-worker.mjs'), file] },
            { command: [join(await programs('learning'), 'python'), here('rivals/pytorch_reach.py'), file] },
          ],
          5,
        );
        return compared('reach-loss/pytorch', 'ms', ours, theirs, 'pytorch');
      },
    },
  ];
}
