// The sweep that all tools run: a chain of seven stages, each of which copies a text and adds a line with its number. The fifth adds the number of
// the point, so that the first four are the same for all points.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const STAGES = 7;
/** The stage that differs from point to point. */
export const VARIED = 5;
/** Stages that have to run for so many points where no stage runs twice. */
export const executionsOf = (points) => VARIED - 1 + (STAGES - VARIED + 1) * points;

/** Numbers of the stages, with what each reads. */
export const links = Array.from({ length: STAGES }, (_, i) => ({ number: i + 1, before: i }));

/** What the points add, which no stage does. */
export const numbersOf = (points) => Array.from({ length: points }, (_, i) => 100 + i);

/** Puts files of these texts into a folder, by path; by default into a new one. */
export function folderOf(files, folder = mkdtempSync(join(tmpdir(), 'etude-bench-jobs-'))) {
  for (const [path, text] of Object.entries({ 'source.txt': 'a\n', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The chain as a workspace of Etude; its stages are in `stages.mjs`. */
export function etudeChain(points) {
  const stages = links.map(({ number, before }) =>
    before === 0
      ? '  copy-1: { stage: read, outputs: { text: copy-1.txt } }\n'
      : `  copy-${number}: { stage: copy, inputs: { text: copy-${before}.txt }, outputs: { text: copy-${number}.txt } }\n`,
  );
  const lines = links.slice(1).map(({ number }) => `copy-${number}: { add: ${number} }\n`);
  return folderOf({
    'pipelines/chain.yaml': `stages:\n${stages.join('')}`,
    'experiments/chain.yaml': `pipeline: chain\ncopy-1: { source: source.txt }\n${lines.join('')}sweep:\n  grid: { copy-${VARIED}.add: [${numbersOf(points)}] }\n`,
  });
}
