// What sampling does to songs, as tables in Markdown for docs/songs.md: node bench/songs.mjs
// Trains a model on each piece in data/, and writes ten songs of ten seeds with each setting. With a word, only rows that have it:
// node bench/songs.mjs prelude
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, temporaryWorkspace } from './workspace.mjs';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const train = { layers: 2, units: 128, batch: 8, window: 64, learningRate: 0.003, evaluateEvery: 20 };
const fit = { ...train, steps: 400, dropout: 0.3, earlyStopping: { patience: 6 } };
/** Trained until it knows the piece by heart, on purpose. */
const overfit = { ...train, steps: 600, dropout: 0 };

const PIECES = {
  'Prelude BWV 846': { 'extract-track': { source: 'data/prelude-bwv-846.mid' } },
  'tune book': { 'extract-track': { source: 'data/tune-book' }, tokenize: { grammar: 'factored' } },
  'Canon in D': { 'extract-track': { source: 'data/canon-in-d.mid', track: 'all' }, tokenize: { grammar: 'session' } },
};
/** Temperature 1 and nothing else. */
const PLAIN = { copyLimit: 0, balance: 0, takes: 1 };
const SETTINGS = {
  plain: PLAIN,
  'plain with copy limit': { ...PLAIN, copyLimit: 8 },
  'and with balance': { takes: 1 },
  default: {},
  'default with drift': { noise: 'drift' },
  'wild noise': { noise: 'wild' },
};

const folder = temporaryWorkspace();
const [program, ...etude] = runCommand('songs');

/** Measures of one song for each seed, and of the source. */
function songs(piece, training, sample) {
  let source;
  const measured = SEEDS.map((seed) => {
    const experiment = {
      ...{ pipeline: 'song', ...piece },
      // Validation in the middle of a prelude would be no music to learn from: all of it is.
      ...{ tokenize: { validation: training === overfit ? 0 : 0.1, ...piece.tokenize } },
      ...{
        train: training,
        sample: { songs: 1, length: 800, seed, ...sample },
      },
    };
    writeFileSync(join(folder, 'experiments', 'songs.yaml'), JSON.stringify(experiment));
    execFileSync(program, etude, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    const report = JSON.parse(readFileSync(join(folder, 'artifacts', 'songs', 'measure', 'measures.json'), 'utf8'));
    source = report.source;
    return report.songs[0];
  });
  return { measured, source };
}

const only = (process.argv[2] ?? '').toLowerCase();
const wanted = (piece, setting) => `${piece} ${setting}`.toLowerCase().includes(only);

const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const spread = (list, digits = 0) =>
  `${middle(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)} to ${Math.max(...list).toFixed(digits)})`;
const loop = ({ longestLoop }) => (longestLoop ? longestLoop.bars * longestLoop.times : 0);
const ENTROPIES = ['pitchEntropy', 'intervalEntropy', 'rhythmEntropy'];

/** How many of the songs have all three entropies in the range of the source's halves. */
const inside = (songs, { halves }) =>
  songs.filter((song) => ENTROPIES.every((key) => song[key] >= halves[key][0] && song[key] <= halves[key][1])).length;

function row(name, { measured, source }) {
  const cells = [
    spread(measured.map(({ longestRun }) => longestRun?.notes ?? 0)),
    spread(measured.map(({ copiedShare }) => 100 * copiedShare)),
    ...ENTROPIES.map((entropy) =>
      spread(
        measured.map((song) => song[entropy]),
        2,
      ),
    ),
    `${inside(measured, source)} of ${measured.length}`,
    spread(measured.map(loop)),
    measured.reduce((sum, { stuckNotes, overlaps }) => sum + stuckNotes + overlaps, 0),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

function sourceRow({ novelty, halves }) {
  const ranges = ENTROPIES.map((entropy) => halves[entropy].map((bits) => bits.toFixed(2)).join(' to '));
  const copied = [novelty.longestRun?.notes ?? 0, (100 * novelty.copiedShare).toFixed(0)];
  return `| *halves of the source* | ${[...copied, ...ranges].join(' | ')} | | | |`;
}

const head =
  '| songs | longest copy, notes | copied, % | pitch, bits | interval, bits | rhythm, bits | all inside | longest loop, bars | stuck notes |\n' +
  '|---|---|---|---|---|---|---|---|---|';

/** A table of all settings that are wanted. */
function table(title, piece, training, settings) {
  const rows = Object.entries(settings).filter(([setting]) => wanted(title, setting));
  if (rows.length === 0) return;
  console.log(`\n### ${title}\n\n${head}`);
  rows.forEach(([setting, sample], place) => {
    const found = songs(piece, training, sample);
    if (place === 0) console.log(sourceRow(found.source));
    console.log(row(setting, found));
  });
}

for (const [name, piece] of Object.entries(PIECES)) table(name, piece, fit, SETTINGS);
const cold = { temperature: 0.3 };
table('Prelude BWV 846, known by heart', PIECES['Prelude BWV 846'], overfit, {
  'plain, temperature 0.3': { ...PLAIN, ...cold },
  'plain with drift': { ...PLAIN, ...cold, noise: 'drift' },
  'plain with copy limit': { ...PLAIN, ...cold, copyLimit: 8 },
  'with copy limit and drift': { ...PLAIN, ...cold, copyLimit: 8, noise: 'drift' },
  default: cold,
  'default with drift': { ...cold, noise: 'drift' },
});
