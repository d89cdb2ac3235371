import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePlan, readSweep } from '@etude/engine';
import { stages } from './stages.mjs';

const PIPELINE = `stages:
  extract: { outputs: { text: pieces.txt } }
  study: { inputs: { pieces: pieces.txt }, outputs: { text: source.txt } }
  tokenize: { inputs: { pieces: pieces.txt }, outputs: { text: tokens.txt } }
  train: { inputs: { tokens: tokens.txt }, outputs: { text: model.txt } }
  sample: { inputs: { model: model.txt, source: source.txt }, outputs: { text: songs.txt } }
  render: { inputs: { songs: songs.txt }, outputs: { text: midi.txt } }
  report: { inputs: { songs: midi.txt, source: source.txt }, outputs: { text: page.txt } }
`;
const BASE = `pipeline: scale
extract: { source: music.txt }
tokenize: { grammar: plain }
train: { units: 0, dropout: 0 }
sample: { temperature: 1 }
`;

const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);

/**
 * A workspace with a sweep of units × dropouts × temperatures points. Three stages run once, `train` for each model, three more for each point.
 * @param {{ units: number, dropouts: number, temperatures: number }} size
 */
export function sweepWorkspace({ units, dropouts, temperatures }) {
  const folder = mkdtempSync(join(tmpdir(), 'etude-scale-'));
  for (const name of ['pipelines', 'experiments']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'pipelines', 'scale.yaml'), PIPELINE);
  writeFileSync(join(folder, 'experiments', 'base.yaml'), BASE);
  writeFileSync(join(folder, 'music.txt'), 'la '.repeat(10_000));
  const grid = {
    'train.units': upTo(units),
    'train.dropout': upTo(dropouts).map((each) => each / 100),
    'sample.temperature': upTo(temperatures).map((each) => each / 10),
  };
  const config = join(folder, 'experiments', 'sweep.yaml');
  writeFileSync(config, `extends: base.yaml\nsweep: { grid: ${JSON.stringify(grid)} }\n`);
  return {
    folder,
    points: () => readSweep({ workspace: folder, config })?.points ?? [],
    plan: (point) => makePlan({ workspace: folder, config, point, stages }),
  };
}
