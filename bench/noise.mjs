// What each kind of noise does to songs, at three strengths, as tables in Markdown for docs/noise.md: node bench/noise.mjs
// Figures are the judge's (docs/judge.md), which reads MIDI files alone, and the likelihood of the songs by the model that wrote them, undisturbed.
// With a word, only rows that have it, beside those without noise: node bench/noise.mjs state
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/setup/workspace.mjs';
import { runExperiment, workspace } from './experiments.mjs';
import { ETUDE } from './workspace.mjs';

const every = (bars, disturbance) => ({ every: bars, disturbances: [disturbance] });
const NOISES = {
  none: 'none',
  'temperature × 1.3': every(4, { kind: 'temperature', factor: 1.3, tokens: 12 }),
  'temperature × 1.8': every(4, { kind: 'temperature', factor: 1.8, tokens: 12 }),
  'temperature × 2.5': every(4, { kind: 'temperature', factor: 2.5, tokens: 12 }),
  '1 note': every(4, { kind: 'notes', count: 1 }),
  '2 notes': every(4, { kind: 'notes', count: 2 }),
  '4 notes': every(4, { kind: 'notes', count: 4 }),
  'rest of 1 beat': every(4, { kind: 'rest', beats: 1 }),
  'rest of 2 beats': every(4, { kind: 'rest', beats: 2 }),
  'rest of 4 beats': every(4, { kind: 'rest', beats: 4 }),
  'state, scale 0.5': every(4, { kind: 'state', scale: 0.5 }),
  'state, scale 1': every(4, { kind: 'state', scale: 1 }),
  'state, scale 2': every(4, { kind: 'state', scale: 2 }),
  'swap, every 8 bars': every(8, { kind: 'swap' }),
  'swap, every 4 bars': every(4, { kind: 'swap' }),
  'swap, every 2 bars': every(2, { kind: 'swap' }),
  calm: 'calm',
  restless: 'restless',
  wild: 'wild',
  drift: 'drift',
};
const played = { arrangement: { humanize: { timing: 0, velocity: 0 } } };
const MUSIC = [
  {
    title: 'Melodies: 40 songs of `tune-book`',
    source: 'data/tune-book',
    experiment: { extends: 'tune-book.yaml', render: played },
    sample: { songs: 40 },
    columns: ['similar4', 'similar8', 'knownRhythms', 'complete', 'tonic', 'leaps', 'overlap'],
  },
  {
    title: 'Five parts: 10 songs of `ensemble`, without its form and its rule on harmony',
    source: 'data/canon-in-d.mid',
    experiment: { extends: 'ensemble.yaml', render: played },
    sample: { songs: 10, form: null, rules: { harmony: 0 } },
    columns: ['dissonance', 'chords', 'similar4', 'similar8', 'knownRhythms', 'steps'],
  },
];
const NAMES = {
  similar4: 'similar, 4 bars',
  similar8: '8 bars',
  knownRhythms: 'bar rhythms known',
  complete: 'complete bars',
  tonic: 'ends on tonic',
  leaps: 'leaps > 8',
  overlap: 'overlap area',
  dissonance: 'dissonant on beats',
  chords: 'triads, sevenths',
  steps: 'steps',
};

const only = process.argv[2] ?? '';
for (const { title, source, experiment, sample, columns } of MUSIC) {
  const songs = mkdtempSync(join(tmpdir(), 'etude-noise-'));
  const rows = Object.entries(NOISES).filter(([name]) => name === 'none' || name.includes(only));
  /** @type {Record<string, number>} */
  const surprise = {};
  for (const [place, [name, noise]] of rows.entries()) {
    runExperiment({ ...experiment, sample: { ...sample, noise } });
    const rendered = join(workspace, 'artifacts/measured/render');
    cpSync(rendered, join(songs, `${place}`), { recursive: true });
    surprise[name] = natsPerNote(readdirSync(rendered).map((file) => join(rendered, file)));
    console.error(`${name}: ${surprise[name].toFixed(3)} nats per note`);
  }
  const figures = judged(
    songs,
    join(root, source),
    rows.map(([name]) => name),
  );
  console.log(`### ${title}\n`);
  console.log(`| noise | nats per note | ${columns.map((column) => NAMES[column]).join(' | ')} |`);
  console.log(`|---|---|${columns.map(() => '---|').join('')}`);
  const cells = (name) => columns.map((column) => digits(figures[name][column]?.value)).join(' | ');
  console.log(`| *source* | | ${cells('source')} |`);
  for (const [name] of rows) console.log(`| ${name} | ${surprise[name].toFixed(2)} | ${cells(name)} |`);
  console.log('');
}

function natsPerNote(files) {
  const model = join(workspace, 'artifacts/measured/train/model.safetensors');
  const answer = execFileSync(process.execPath, [ETUDE, 'evaluate', '--json', model, ...files], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(answer).natsPerNote;
}

/** Figures of the source and of each folder of songs, by name. */
function judged(songs, source, names) {
  const [first, ...others] = names;
  const out = mkdtempSync(join(tmpdir(), 'etude-judged-'));
  const rows = others.flatMap((name, place) => ['--compare', `${name}=${join(songs, `${place + 1}`)}`]);
  const options = ['--songs', join(songs, '0'), '--source', source, '--no-baselines', '--out', out, ...rows];
  execFileSync(process.execPath, [join(root, 'bench/judge/judge.mjs'), ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const verdicts = JSON.parse(readFileSync(join(out, 'judge.json'), 'utf8'));
  return Object.fromEntries(verdicts.map(({ name, figures }) => [name === 'songs' ? first : name, figures]));
}

/** @param {number | undefined} figure */
function digits(figure) {
  return figure === undefined ? '' : figure.toFixed(2).replace(/^0\./, '.');
}
