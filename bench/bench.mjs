// Etude against what its users would otherwise use: `npm run bench`, `npm run bench -- --json FILE --only NAME`, `-- --list`.
// Every pair is measured in turn within one run. A ratio above 1 says that Etude is faster.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nx } from '../scripts/nx.mjs';
import { root } from '../scripts/setup/workspace.mjs';
import { setup } from '../scripts/setup.mjs';
import { inTurn, processesInTurn, spread } from './pair.mjs';
import { rivalPrograms } from './rivals/environment.mjs';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    list: { type: 'boolean' },
    // Everything is in place: for its test.
    built: { type: 'boolean' },
  },
});
if (!values.built) {
  await setup();
  const code = await nx(['run', 'pipelines:build'], { quiet: true });
  if (code !== 0) process.exit(code);
}
// These load the project's packages, which a fresh clone has only now.
const { reach } = await import('./reach.mjs');
const { startUp } = await import('./start-up.mjs');
const { kernels } = await import('./kernels.mjs');
const { growth } = await import('./growth.mjs');
const { midi } = await import('./midi.mjs');
const { copyGuard } = await import('./copy-guard.mjs');
const { load } = await import('./load.mjs');
const { stages } = await import('./stages.mjs');
const { page } = await import('./page.mjs');
const { jobs } = await import('./jobs.mjs');
const { cluster } = await import('./cluster.mjs');
const { scale } = await import('./scale.mjs');

const threads = availableParallelism();
const offered = instructions();
const hasBfloat16 = offered.includes('avx512_bf16');
const here = (name) => join(root, 'bench', name);
const size = (layers, units, more = {}) => ({
  layers,
  units,
  batch: 32,
  window: 64,
  vocabulary: 300,
  threads,
  ...more,
});
const sampling = (batch) => ({ ...size(4, 256), batch, task: 'sample' });
const training = (layers, units, more) => ({ ...size(layers, units, more), task: 'train' });

/** As tunes in the grammar `score` are learned: experiments/tunes.yaml. */
const scores = { vocabulary: 135, conditions: { fields: 46, values: 40, directUnits: 256 } };

/** A worker of ours against one of theirs; `units` as many units of work at a time as take about a second. */
const pair = (name, rival, config, units, rounds = 8) => ({ name: `${name}/${rival}`, rival, config, units, rounds });
const pairs = [
  pair('train-4x256', 'pytorch', training(4, 256), 5),
  pair('train-4x256-dropout', 'pytorch', training(4, 256, { dropout: 0.5 }), 5),
  pair('train-2x128', 'pytorch', training(2, 128), 20),
  pair('train-4x512', 'pytorch', training(4, 512), 2),
  pair('train-4x256', 'keras', training(4, 256), 8, 4),
  pair('train-4x256', 'tfjs-layers', training(4, 256), 4, 3),
  ...(hasBfloat16 ? [pair('train-4x256-bf16', 'pytorch', training(4, 256, { precision: 'bfloat16' }), 5)] : []),
  pair('sample-4x256-b1', 'pytorch', sampling(1), 300),
  pair('sample-4x256-b16', 'pytorch', sampling(16), 200),
  pair('train-2x256-conditions', 'without', training(2, 256, scores), 10),
  pair('sample-2x256-conditions', 'without', { ...training(2, 256, scores), batch: 4, task: 'sample' }, 500),
];

/** The command of a rival's worker. */
async function rivalCommand(rival, config) {
  if (rival === 'without') return ours({ ...config, conditions: undefined });
  if (rival === 'tfjs-layers') return [process.execPath, here('rivals/tfjs-layers.mjs'), JSON.stringify(config)];
  const script = { pytorch: 'pytorch.py', keras: 'keras_layers.py' }[rival];
  return [join(await rivalPrograms('learning'), 'python'), here(`rivals/${script}`), JSON.stringify(config)];
}

const ours = (config) => [process.execPath, here('etude-worker.mjs'), JSON.stringify(config)];

async function runPair({ name, rival, config, units, rounds }) {
  const commands = [ours(config), await rivalCommand(rival, config)];
  const [mine, theirs] = await inTurn(commands, { rounds, units, warmup: 5 * units });
  return compared(name, 'ms', mine, theirs, rival);
}

function compared(name, unit, mine, theirs, rivalName) {
  const [ours, rival] = [spread(mine), theirs && spread(theirs)];
  return { name, unit, ours, ...(rival && { rival, rivalName, ratio: rival.median / ours.median }) };
}

const wanted = (name) => values.only === undefined || name.includes(values.only);
const results = [];
const show = (result) => {
  results.push(result);
  const { name, unit, ours, rival, ratio, rows, note } = result;
  const list = ({ median, min, max }) => `${number(median)} ${unit} (${number(min)} to ${number(max)})`;
  if (rows) {
    for (const { state, etude, pytorch, slowdown, fairShare, ratio } of rows) {
      const beside = state === 'second' ? 'a second one' : `${state} busy loops`;
      const share = `${slowdown.toFixed(2)} times idle (fair share ${fairShare.toFixed(2)})`;
      console.log(
        `${name.padEnd(20)} beside ${beside.padEnd(12)} ${list(etude)}, ${share}, against ${list(pytorch)}: ${ratio.toFixed(2)}`,
      );
    }
    return;
  }
  console.log(`${name.padEnd(32)} ${list(ours)}${rival ? ` against ${list(rival)}: ${ratio.toFixed(2)}` : ''}`);
  if (note) console.log(`  ${note}`);
};
const number = (x) => (x < 1 ? x.toFixed(3) : x < 100 ? x.toFixed(1) : Math.round(x).toLocaleString('en'));

const context = {
  programs: rivalPrograms,
  processesInTurn,
  inTurn,
  compared,
  here,
  threads,
  show,
  training,
  sampling,
  ours,
  rivalCommand,
};
const benchmarks = [
  ...pairs.map((each) => ({ name: each.name, run: () => runPair(each) })),
  ...[reach, startUp, midi, copyGuard, kernels, growth, load, page, jobs, cluster].flatMap((group) => group(context)),
  ...stages(),
  ...scale(),
];
if (values.list) {
  for (const { name } of benchmarks) console.log(name);
  process.exit();
}
for (const { name, run } of benchmarks.filter((each) => wanted(each.name))) {
  try {
    const result = await run();
    for (const each of [result ?? []].flat()) show(each);
  } catch (error) {
    console.error(`${name.padEnd(32)} failed: ${error.message}`);
    process.exitCode = 1;
  }
}

const machine = {
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: threads,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  instructions: offered,
  platform: `${process.platform}-${process.arch}`,
  node: process.versions.node,
};
console.log(
  `on ${machine.cpu}, ${machine.cores} cores, ${machine.instructions.join(' ') || 'no vector extensions known'}`,
);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);

/** What of interest the processor can do, where the system tells it. */
function instructions() {
  try {
    const flags = /^flags\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' ') ?? [];
    return ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16', 'amx_tile'].filter((f) =>
      flags.includes(f),
    );
  } catch {
    return [];
  }
}
