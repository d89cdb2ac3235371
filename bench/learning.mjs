// What ways of learning do to likelihood, novelty and monotony, as tables in Markdown for docs/songs.md, and docs/trade.svg: how copies come as a
// model learns a piece by heart. node bench/learning.mjs; with the word trade, only the latter.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barsOfLoop } from '@etude/measures';
import { root } from '../scripts/setup/workspace.mjs';
import { median, PIECES, PLAIN, runExperiment, SMALL, spread } from './experiments.mjs';

const SEEDS = [1, 2, 3];
const [SONGS, LENGTH] = [4, 800];
const plain = { ...SMALL, steps: 400, dropout: 0 };
const novelty = { on: 'novelty', patience: 0 };

/** Each changes one thing. */
const WAYS = {
  'nothing of it': {},
  'dropout 0.3': { train: { dropout: 0.3 } },
  'dropout 0.3, locked': { train: { dropout: 0.3, lockedDropout: true } },
  'recurrent dropout 0.3': { train: { recurrentDropout: 0.3 } },
  'label smoothing 0.1': { train: { labelSmoothing: 0.1 } },
  'weight decay 0.1': { train: { weightDecay: 0.1 } },
  'all twelve keys': { tokenize: { transposeToAllKeys: true } },
  'tempos 0.9 and 1.1': { tokenize: { tempoScales: [0.9, 1.1] } },
  'nothing held out': { tokenize: { validation: 0 } },
  'nothing held out, stopped on novelty': { tokenize: { validation: 0 }, train: { earlyStopping: novelty } },
};

/**
 * @param {{ 'extract-track': object, tokenize?: object }} piece
 * @param {{ tokenize?: object, train?: object }} change
 * @param {number} seed
 */
function learn(piece, { tokenize, train }, seed) {
  return runExperiment({
    ...piece,
    tokenize: { ...piece.tokenize, ...tokenize },
    train: { ...plain, ...train, seed },
    // A model may end a song before its first note.
    sample: { ...PLAIN, takes: 3, songs: SONGS, length: LENGTH, seed },
  });
}

const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;

function row(way, found) {
  const each = (measure) => found.map(({ songs }) => mean(songs.map(measure)));
  const cells = [
    found[0].likelihood
      ? spread(
          found.map(({ likelihood }) => likelihood.natsPerNote),
          2,
        )
      : '',
    spread(each(({ longestRun }) => longestRun?.notes ?? 0)),
    spread(each(({ copiedShare }) => 100 * copiedShare)),
    spread(each(({ repeatedBars }) => 100 * repeatedBars)),
    spread(
      each(({ longestLoop }) => barsOfLoop(longestLoop)),
      1,
    ),
  ];
  return `| ${way} | ${cells.join(' | ')} |`;
}

const head =
  '| | held out, nats per note | longest copy, notes | copied, % | repeated bars, % | longest loop, bars |\n' +
  '|---|---|---|---|---|---|';
for (const [name, piece] of process.argv[2] === 'trade' ? [] : Object.entries(PIECES)) {
  console.log(`\n### ${name}\n\n${head}`);
  for (const [way, change] of Object.entries(WAYS))
    console.log(
      row(
        way,
        SEEDS.map((seed) => learn(piece, change, seed)),
      ),
    );
}

/** For each point of the curve the medians over seeds: nats per token, learnt from and held out, and the share of copies. */
function trade(piece) {
  const curves = SEEDS.map((seed) =>
    learn(piece, { train: { earlyStopping: { ...novelty, copiedShare: 1 } } }, seed)
      .curve.trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number)),
  );
  return curves[0].map(([step], at) => {
    const [learnt, heldOut, copied] = [2, 3, 4].map((column) => median(curves.map((curve) => curve[at][column])));
    return { step, learnt, heldOut, copied };
  });
}

function draw(curves) {
  const [width, height, left, right, top, bottom] = [720, 400, 56, 150, 56, 48];
  const most = Math.max(...curves.flatMap(({ points }) => points.map(({ learnt }) => learnt)));
  const x = (nats) => width - right - (nats / most) * (width - right - left);
  const y = (share) => height - bottom - share * (height - bottom - top);
  const text = (atX, atY, content, anchor = 'start', fill = '#8a8f98', more = '') =>
    `<text x="${atX.toFixed(1)}" y="${atY.toFixed(1)}" text-anchor="${anchor}" fill="${fill}"${more}>${content}</text>`;
  const lines = curves.flatMap(({ name, colour, points }) => {
    const best = points.reduce((a, b) => (b.heldOut < a.heldOut ? b : a));
    const end = points.at(-1);
    const at = points.map(({ learnt, copied }) => `${x(learnt).toFixed(1)},${y(copied).toFixed(1)}`);
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round" points="${at.join(' ')}"/>`,
      `<circle cx="${x(best.learnt).toFixed(1)}" cy="${y(best.copied).toFixed(1)}" r="5" fill="white" stroke="${colour}" stroke-width="2"/>`,
      text(x(end.learnt) + 8, y(end.copied) + 4, `${name}: ${Math.round(100 * end.copied)} %`, 'start', colour),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    '<title>Share of notes in copies against the loss of the music learnt from</title>',
    '<rect width="100%" height="100%" fill="white"/>',
    text(left, 24, 'Learning by heart', 'start', '#1b1f24', ' font-size="16" font-weight="600"'),
    text(
      left,
      42,
      'share of notes in copies, as the loss of the music learnt from falls; circle: held-out music is likeliest',
    ),
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].map(
      (share) =>
        `<line x1="${left}" x2="${width - right}" y1="${y(share).toFixed(1)}" y2="${y(share).toFixed(1)}" stroke="#e4e6ea"/>` +
        text(left - 8, y(share) + 4, `${Math.round(100 * share)} %`, 'end'),
    ),
    ...Array.from({ length: Math.floor(most) + 1 }, (_, nats) =>
      text(x(nats), height - bottom + 20, `${nats}`, 'middle'),
    ),
    text((left + width - right) / 2, height - 8, 'nats per token of the music learnt from', 'middle'),
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

const colours = ['#1f6feb', '#d1570a', '#7b3fa0'];
const curves = Object.entries(PIECES).map(([name, piece], i) => ({ name, colour: colours[i], points: trade(piece) }));
writeFileSync(join(root, 'docs', 'trade.svg'), draw(curves));
for (const { name, points } of curves) {
  console.log(
    `\n### ${name}\n\n| step | learnt from, nats per token | held out, nats per token | copied, % |\n|---|---|---|---|`,
  );
  for (const { step, learnt, heldOut, copied } of points) {
    if ([20, 40, 60, 80, 100, 140, 200, 300, 400].includes(step)) {
      console.log(`| ${step} | ${learnt.toFixed(2)} | ${heldOut.toFixed(2)} | ${Math.round(100 * copied)} |`);
    }
  }
}
