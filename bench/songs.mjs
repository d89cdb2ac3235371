// What sampling does to songs, as tables in Markdown for docs/songs.md: node bench/songs.mjs
// Trains a model on each piece in data/, and writes ten songs of ten seeds with each setting. With a word, only rows that have it:
// node bench/songs.mjs prelude
import { barsOfLoop } from '@etude/measures';
import { PIECES, PLAIN, runExperiment, SMALL, spread } from './experiments.mjs';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const fit = { ...SMALL, steps: 400, dropout: 0.3, earlyStopping: { patience: 6 } };
/** Trained until it knows the piece by heart, on purpose. */
const overfit = { ...SMALL, steps: 600, dropout: 0 };
const SETTINGS = {
  plain: PLAIN,
  'plain with copy limit': { ...PLAIN, rules: { copyLimit: 8 } },
  default: {},
  'default with drift': { noise: 'drift' },
  'wild noise': { noise: 'wild' },
};

/** Measures of one song for each seed, and of the source. */
function songs(piece, training) {
  return (sample) => {
    const reports = SEEDS.map((seed) =>
      runExperiment({
        ...piece,
        // What is to be known by heart is learnt as a whole.
        tokenize: { validation: training === overfit ? 0 : 0.1, ...piece.tokenize },
        train: training,
        sample: { songs: 1, length: 800, seed, ...sample },
      }),
    );
    return { measured: reports.map((report) => report.songs[0]), source: reports[0].source };
  };
}

/** As many songs of an experiment of the project as it is. */
function ensemble(sample) {
  const { songs, source } = runExperiment({ extends: 'ensemble.yaml', sample: { songs: SEEDS.length, ...sample } });
  return { measured: songs, source };
}

const only = (process.argv[2] ?? '').toLowerCase();
const wanted = (piece, setting) => `${piece} ${setting}`.toLowerCase().includes(only);

function row(name, { measured }) {
  const cells = [
    spread(measured.map(({ longestRun }) => longestRun?.notes ?? 0)),
    spread(measured.map(({ copiedShare }) => 100 * copiedShare)),
    spread(measured.map(({ repeatedBars }) => 100 * repeatedBars)),
    spread(measured.map(({ longestLoop }) => barsOfLoop(longestLoop))),
    measured.reduce((sum, { stuckNotes, overlaps }) => sum + stuckNotes + overlaps, 0),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

function sourceRow({ novelty }) {
  const copied = [novelty.longestRun?.notes ?? 0, (100 * novelty.copiedShare).toFixed(0)];
  return `| *half of the source in the other* | ${copied.join(' | ')} | | | |`;
}

const head =
  '| songs | longest copy, notes | copied, % | repeated bars, % | longest loop, bars | stuck notes |\n' +
  '|---|---|---|---|---|---|';

/** A table of all settings that are wanted. */
function table(title, settings, run) {
  const rows = Object.entries(settings).filter(([setting]) => wanted(title, setting));
  if (rows.length === 0) return;
  console.log(`\n### ${title}\n\n${head}`);
  rows.forEach(([setting, sample], place) => {
    const found = run(sample);
    if (place === 0) console.log(sourceRow(found.source));
    console.log(row(setting, found));
  });
}

for (const [name, piece] of Object.entries(PIECES)) table(name, SETTINGS, songs(piece, fit));
table('Ensemble', { plain: { ...PLAIN, noise: 'none' }, default: {} }, ensemble);
const cold = { temperature: 0.3 };
const knownByHeart = {
  'plain, temperature 0.3': { ...PLAIN, ...cold },
  'plain with drift': { ...PLAIN, ...cold, noise: 'drift' },
  'plain with copy limit': { ...PLAIN, ...cold, rules: { copyLimit: 8 } },
  'with copy limit and drift': { ...PLAIN, ...cold, rules: { copyLimit: 8 }, noise: 'drift' },
  default: cold,
  'default with drift': { ...cold, noise: 'drift' },
};
table('Prelude BWV 846, known by heart', knownByHeart, songs(PIECES['Prelude BWV 846'], overfit));
