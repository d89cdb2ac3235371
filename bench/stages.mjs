// What stages take by themselves: sampling at the settings of 4layer.yaml, and a corpus of 10,000 files.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeMidi } from '@etude/midi-writer';
import { createRandom } from '@etude/music';
import { spread } from './pair.mjs';
import { runCommand, temporaryWorkspace } from './workspace.mjs';

const FILES = 10_000;
const LITTLE =
  'train: { layers: 1, units: 16, steps: 1, batch: 4, window: 16 }\nsample: { songs: 1, length: 1, takes: 1 }\n';

export function stages() {
  return [
    sampling('stage-sample', ''),
    sampling('stage-sample-one-take', 'sample: { takes: 1 }\n'),
    { name: 'corpus-10000-files', run: corpus },
  ];
}

/** The stage `sample` of 4layer.yaml, after a training that is shorter. */
function sampling(name, more) {
  return {
    name,
    async run() {
      const cwd = temporaryWorkspace();
      writeFileSync(join(cwd, 'experiments', 'bench.yaml'), `extends: 4layer.yaml\ntrain: { steps: 100 }\n${more}`);
      await run(cwd);
      const seconds = [];
      for (let round = 0; round < 3; round++) seconds.push((await run(cwd, '--stage', 'sample')).seconds.sample);
      return { name, unit: 's', ours: spread(seconds) };
    },
  };
}

/** Tunes of 94 notes, the mean of folk tunes, through `extract-track` and `tokenize`; then one file more. */
async function corpus() {
  const cwd = temporaryWorkspace();
  mkdirSync(join(cwd, 'music'));
  const random = createRandom(1);
  const add = (number) => writeFileSync(join(cwd, 'music', `${number}.mid`), tune(random));
  for (let number = 0; number < FILES; number++) add(number);
  const settings = `extends: 4layer.yaml\nextract-track: { source: music }\ntokenize: { grammar: factored }\n${LITTLE}`;
  writeFileSync(join(cwd, 'experiments', 'bench.yaml'), settings);
  const first = await run(cwd);
  add(FILES);
  const second = await run(cwd);
  const corpusSeconds = ({ seconds }) => seconds['extract-track'] + seconds.tokenize;
  const one = (value) => spread([value]);
  return [
    { name: 'corpus-10000-files', unit: 's', ours: one(corpusSeconds(first)) },
    { name: 'corpus-10000-files-peak', unit: 'MB', ours: one(first.megabytes) },
    { name: 'corpus-one-file-more', unit: 's', ours: one(corpusSeconds(second)) },
  ];
}

function tune(random) {
  const events = [];
  let key = 67;
  for (let note = 0; note < 94; note++) {
    key = Math.min(88, Math.max(50, key + Math.floor(5 * random.next()) - 2));
    events.push({ tick: note * 120, status: 0x90, data1: key, data2: 80 });
    events.push({ tick: note * 120 + 120, status: 0x80, data1: key, data2: 0 });
  }
  events.sort((a, b) => a.tick - b.tick || a.status - b.status);
  return writeMidi({ format: 0, division: 240, tracks: [{ events }] });
}

/** Seconds of each stage of a run, and the most memory that its process had, where the system tells. */
async function run(cwd, ...more) {
  const [program, ...args] = runCommand('bench', '--json', ...more);
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
  let [output, kilobytes] = ['', 0];
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const watch = setInterval(() => {
    kilobytes = Math.max(kilobytes, peakOf(child.pid));
  }, 100);
  await once(child, 'close');
  clearInterval(watch);
  // The last stages of so little training may fail; what is measured comes before them.
  const { stages } = JSON.parse(output);
  return {
    seconds: Object.fromEntries(stages.map(({ name, seconds }) => [name, seconds])),
    megabytes: kilobytes / 1000,
  };
}

function peakOf(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
