// What the grammars cost on the pieces in data/, as a table in Markdown: node bench/grammars.mjs
// Trains a small model on each piece in each grammar; for docs/grammars/README.md.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, temporaryWorkspace } from './workspace.mjs';

const PIECES = {
  'tune book, 41 files': { source: 'data/tune-book' },
  'Prelude BWV 846': { source: 'data/prelude-bwv-846.mid' },
  'Canon in D, five instruments': { source: 'data/canon-in-d.mid', track: 'all' },
};
const GRAMMARS = {
  'event-text': { grammar: 'event-text' },
  session: { grammar: 'session' },
  'session on a grid': { grammar: { kind: 'session', stepsPerBeat: 12 } },
  factored: { grammar: { kind: 'factored', stepsPerBeat: 12 } },
  'chord-frame': { grammar: { kind: 'chord-frame', stepsPerBeat: 4 } },
};
const train = {
  ...{ layers: 2, units: 128, steps: 600, batch: 8, window: 64, learningRate: 0.003, dropout: 0.3 },
  ...{ evaluateEvery: 20, earlyStopping: { patience: 6 } },
};

const folder = temporaryWorkspace();
const [program, ...etude] = runCommand('grammar');
console.log(
  '| piece | grammar | vocabulary | tokens per note | nats per token | nats per note |\n|---|---|---|---|---|---|',
);
for (const [title, piece] of Object.entries(PIECES)) {
  for (const [name, tokenize] of Object.entries(GRAMMARS)) {
    const losses = [];
    let vocabulary = 0;
    let perNote = 0;
    for (const seed of [1, 2, 3]) {
      const experiment = {
        ...{ pipeline: 'song', 'extract-track': { ...piece, merge: name === 'event-text' }, tokenize },
        ...{ train: { ...train, seed }, sample: { songs: 1, length: 20 } },
      };
      writeFileSync(join(folder, 'experiments', 'grammar.yaml'), JSON.stringify(experiment));
      execFileSync(program, etude, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
      const read = (path) => readFileSync(join(folder, 'artifacts', 'grammar', path), 'utf8');
      vocabulary = JSON.parse(read('build-vocab/vocab.json')).size;
      const { notes, parts } = JSON.parse(read('tokenize/grammar.json'));
      perNote = parts.reduce((sum, { tokens }) => sum + tokens, 0) / notes;
      const points = read('train/learning-curve.csv').trim().split('\n').slice(1);
      losses.push(Math.min(...points.map((line) => Number(line.split(',')[3]))));
    }
    const loss = losses.sort((a, b) => a - b)[1];
    const spread = `${(losses[0] * perNote).toFixed(1)} to ${(losses[2] * perNote).toFixed(1)}`;
    console.log(
      `| ${title} | ${name} | ${vocabulary} | ${perNote.toFixed(2)} | ${loss.toFixed(2)} | ${(loss * perNote).toFixed(1)} (${spread}) |`,
    );
  }
}
