import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CliWorkspace, TINY } from '../testing/cli-workspace.js';

const workspace = new CliWorkspace();
writeFileSync(workspace.path('experiments/tiny.yaml'), TINY);
const run = (...args: string[]) => workspace.etude('run', 'experiments/tiny.yaml', ...args);
const card = () => workspace.read('artifacts/tiny/train/model-card.md');

it('says beside the weights what they learned from, how, and what came out', async () => {
  await run();
  const { stages } = JSON.parse(workspace.read('artifacts/tiny/run.json'));
  const [read] = stages;
  const { outputs } = stages.find(({ name }: { name: string }) => name === 'train');
  const [weights] = outputs.filter(({ path }: { path: string }) => path === 'model.safetensors');
  expect(card()).toContain(`| \`data/prelude-bwv-846.mid\` | \`${read.files.source.digest}\` |`);
  expect(card()).toContain(`SHA-256 \`${weights.digest}\``);
  expect(card()).toContain('| `train.units` | `8` |');
  expect(card()).toMatch(/^- held-out music: \d/m);
});

it('follows the songs, and goes on from a model without its size', async () => {
  const before = card();
  await run();
  expect(card()).toBe(before);
  await run('--set', 'sample.temperature=1.2', '--set', 'train.from=artifacts/tiny/train/model.safetensors');
  expect(card()).toContain('Training went on from the model `artifacts/tiny/train/model.safetensors`');
  expect(card()).not.toContain('train.units');
});
