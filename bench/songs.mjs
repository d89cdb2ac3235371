// What sampling does to songs, as tables in Markdown for docs/songs.md: node bench/songs.mjs
// Trains a model on each piece in data/, and writes ten songs of ten seeds with each setting.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, temporaryWorkspace } from './workspace.mjs';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const train = { layers: 2, units: 128, batch: 8, window: 64, learningRate: 0.003, evaluateEvery: 20 };
const fit = { ...train, steps: 400, dropout: 0.3, patience: 6 };
/** Trained until it knows the piece by heart, on purpose. */
const overfit = { ...train, steps: 600, dropout: 0 };

const PIECES = {
  'Prelude BWV 846': { 'extract-track': { source: 'data/prelude-bwv-846.mid' } },
  'tune book': { 'extract-track': { source: 'data/tune-book' }, tokenize: { grammar: 'factored' } },
  'Canon in D': { 'extract-track': { source: 'data/canon-in-d.mid', track: 'all' }, tokenize: { grammar: 'session' } },
};
const SETTINGS = {
  plain: { copyLimit: 0 },
  default: {},
  'restless noise': { noise: 'restless' },
  'wild noise': { noise: 'wild' },
  'top-p 0.9, DRY 0.8': { topP: 0.9, dry: 0.8 },
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
        train: { ...training, patience: training.patience ?? 0 },
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

const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const spread = (list, digits = 0) =>
  `${middle(list).toFixed(digits)} (${Math.min(...list).toFixed(digits)} to ${Math.max(...list).toFixed(digits)})`;
const loop = ({ longestLoop }) => (longestLoop ? longestLoop.bars * longestLoop.times : 0);
const row = (name, list) =>
  `| ${name} | ${spread(list.map(({ longestRun }) => longestRun?.notes ?? 0))} | ${spread(list.map(({ copiedShare }) => 100 * copiedShare))} | ` +
  `${spread(
    list.map(({ pitchEntropy }) => pitchEntropy),
    2,
  )} | ${spread(
    list.map(({ intervalEntropy }) => intervalEntropy),
    2,
  )} | ` +
  `${spread(
    list.map(({ rhythmEntropy }) => rhythmEntropy),
    2,
  )} | ${spread(list.map(loop))} | ` +
  `${list.reduce((sum, { stuckNotes, overlaps }) => sum + stuckNotes + overlaps, 0)} |`;
const head =
  '| songs | longest copy, notes | copied, % | pitch, bits | interval, bits | rhythm, bits | longest loop, bars | stuck notes |\n' +
  '|---|---|---|---|---|---|---|---|';

for (const [name, piece] of Object.entries(PIECES)) {
  console.log(`\n### ${name}\n\n${head}`);
  for (const [title, sample] of Object.entries(SETTINGS)) {
    const { measured, source } = songs(piece, fit, sample);
    if (title === 'plain') {
      const half = (key) => source.monotony.map((each) => each[key].toFixed(2)).join(' and ');
      console.log(
        `| *halves of the source* | ${source.novelty.longestRun?.notes ?? 0} | ${(100 * source.novelty.copiedShare).toFixed(0)} | ` +
          `${half('pitchEntropy')} | ${half('intervalEntropy')} | ${half('rhythmEntropy')} | ${source.monotony.map(loop).join(' and ')} | |`,
      );
    }
    console.log(row(title, measured));
  }
}
console.log(`\n### Prelude BWV 846, known by heart\n\n${head}`);
const cold = { temperature: 0.3 };
for (const [title, sample] of Object.entries({
  'plain, temperature 0.3': { ...cold, copyLimit: 0 },
  'drift, copies allowed': { ...cold, copyLimit: 0, noise: 'drift' },
  default: cold,
  'default with drift': { ...cold, noise: 'drift' },
})) {
  console.log(row(title, songs(PIECES['Prelude BWV 846'], overfit, sample).measured));
}
