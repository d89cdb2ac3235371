import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_SETS } from '@etude/corpus';
import { artifactFolder, isPlainFile, type Plan, type RunRecord, type StageRecord, writeBeside } from '@etude/engine';
import { plainText } from '@etude/report';

const FILE = 'model-card.md';
/** Of more files their number is told. */
const MOST_FILES = 20;

/** Parameters that have no effect where training goes on from a model, which has them already. */
const OF_BASE = new Set(['model', 'layers', 'units', 'tiedEmbeddings', 'conditions', 'directUnits']);

/** Writes beside the weights of a run what they learned from and how (Mitchell et al. 2019), unless it is there. */
export async function writeModelCard(plan: Plan, record: RunRecord): Promise<void> {
  const trained = record.stages.find(({ stage }) => stage === 'train');
  if (trained === undefined || record.status !== 'done') return;
  const folder = join(artifactFolder(plan.workspace, plan.experiment), trained.name);
  const card = modelCard(record, trained);
  const path = join(folder, FILE);
  if (!isPlainFile(path) || readFileSync(path, 'utf8') !== card) await writeBeside(folder, FILE, card);
}

/**
 * @example
 * modelCard(record, record.stages.find(({ stage }) => stage === 'train')); // '# quick\n\nA model of music, …'
 */
function modelCard({ experiment, config, versions, stages }: RunRecord, trained: StageRecord): string {
  const before = stages.slice(0, stages.indexOf(trained));
  const after = stages.slice(stages.indexOf(trained) + 1);
  const sources = before.flatMap(({ files }) => Object.values(files));
  const weights = trained.outputs.find(({ path }) => path.endsWith('.safetensors'));
  const versionsInWords = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `# ${code(experiment)}`,
    `A model of music, trained with Etude as ${code(config)} says (${versionsInWords.join(', ')}). ${code(weights?.path ?? '')} holds its weights, its tokens and what they mean; SHA-256 ${code(weights?.digest ?? '')}.`,
    '## What it learned from',
    table(['file', 'SHA-256'], sources.flatMap(fileRows)),
    ...told(before),
    termsOf(sources.map(({ path }) => path)),
    ...Object.values(trained.files).map(
      ({ path, digest }) =>
        `Training went on from the model ${code(path)} (SHA-256 ${code(digest)}): what went into that one is in this one as well, and it has its size.`,
    ),
    '## How',
    table(
      ['parameter', 'value'],
      [...before, trained].flatMap(({ name, params }) =>
        Object.entries(params).flatMap(([key, value]) =>
          trained.files.from && OF_BASE.has(key) ? [] : [[code(`${name}.${key}`), code(JSON.stringify(value))]],
        ),
      ),
    ),
    ...told([trained]),
    '## Songs that it wrote',
    ...told(after),
    '## Use',
    `To go on training from it: ${code(`train: { from: artifacts/${experiment}/${trained.name}/${weights?.path} }`)}. To measure it on other music: ${code(`etude evaluate artifacts/${experiment}/${trained.name}/${weights?.path} FILE`)}.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function fileRows({ path, digest, files }: StageRecord['files'][string]): string[][] {
  const names = Object.entries(files ?? {});
  if (names.length === 0) return [[code(path), code(digest)]];
  const shown = names.slice(0, MOST_FILES).map(([name, each]) => [code(`${path}/${name}`), code(each)]);
  return names.length <= MOST_FILES
    ? shown
    : [[`${names.length} files of ${code(path)}`, `all together ${code(digest)}`]];
}

/** What may be done with a model depends on what may be done with the music, which only data sets say. */
function termsOf(paths: readonly string[]): string {
  const sets = DATA_SETS.filter(({ name }) => paths.some((path) => path === `dataset:${name}`));
  const known = sets.map(({ name, terms }) => `${code(name)}: ${plainText(terms)}`);
  const others = sets.length < paths.length ? ['The terms of the files are for whoever chose them to know.'] : [];
  return `Terms. ${[...known, ...others].join('. ')}`;
}

/** What stages said, as a list, but for how often training was stopped on its way. */
function told(stages: readonly StageRecord[]): string[] {
  const said = stages.flatMap(({ said = [] }) => said).filter((line) => !/^going on from step \d/.test(line));
  const lines = said.map((line) => `- ${markdown(line)}`);
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Text of files and users, which is not to be taken for Markdown. */
function markdown(text: string): string {
  return plainText(text).replace(/[\\`*_[\]<>|]/g, '\\$&');
}

function code(text: string): string {
  const plain = plainText(text).replaceAll('|', '\\|');
  return plain.includes('`') ? `\`\` ${plain} \`\`` : `\`${plain}\``;
}
