// What a base model knows of one's own music: nats per note of the last tenth of single files, learned from scratch and by going on from a model, as a table
// in Markdown. node bench/own-music.mjs models/ensemble.safetensors FILE...
import { basename, resolve } from 'node:path';
import { median, runExperiment } from './experiments.mjs';

const [model, ...files] = process.argv.slice(2);
const learning = { batch: 8, window: 64, decay: 'cosine', evaluateEvery: 20 };
/** Each does its best: more steps, other rates and more dropout were tried, and are no better. */
const WAYS = {
  scratch: { ...learning, layers: 2, units: 256, directUnits: 256, steps: 200, learningRate: 0.002, dropout: 0.4 },
  tuned: { ...learning, from: resolve(model), steps: 200, learningRate: 0.001, dropout: 0.3 },
};

function learn(file, train) {
  const began = Date.now();
  try {
    const { likelihood } = runExperiment({
      'extract-track': { source: resolve(file) },
      tokenize: { grammar: { kind: 'score', stepsPerBeat: 24 } },
      train,
      sample: { songs: 1, takes: 1, length: 400 },
    });
    return { nats: likelihood.natsPerNote, seconds: (Date.now() - began) / 1000 };
  } catch (error) {
    console.error(`${basename(file)}: ${error.message.split('\n')[0]}`);
    return undefined;
  }
}

console.log('| file | from scratch | going on | less | seconds |\n|---|---|---|---|---|');
const less = [];
for (const file of files) {
  const [scratch, tuned] = [learn(file, WAYS.scratch), learn(file, WAYS.tuned)];
  if (scratch === undefined || tuned === undefined) continue;
  const gain = 100 * (1 - tuned.nats / scratch.nats);
  less.push(gain);
  const cells = [scratch.nats.toFixed(3), tuned.nats.toFixed(3), `${gain.toFixed(0)} %`, tuned.seconds.toFixed(0)];
  console.log(`| ${basename(file)} | ${cells.join(' | ')} |`);
}
console.log(`| median | | | ${median(less).toFixed(0)} % | |`);
