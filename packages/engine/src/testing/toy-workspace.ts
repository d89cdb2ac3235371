import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import {
  defineStage,
  family,
  makePlan,
  type RunOptions,
  type RunResult,
  runPlan,
  type Stage,
  textFormat,
  withoutEffect,
  workspaceFiles,
} from '../index.js';

/** A workspace in a temporary folder, with a pipeline that knows as little of music as the engine does. */
export interface ToyWorkspace {
  readonly folder: string;
  readonly stages: readonly Stage[];
  /** names of the stages that really ran, in order */
  readonly ran: string[];
  write(path: string, text: string): void;
  /** runs `experiments/NAME.yaml` */
  run(name: string, options?: RunOptions & { set?: string[]; stages?: readonly Stage[] }): Promise<RunResult>;
  /** name → status of a run */
  statuses(
    name: string,
    options?: RunOptions & { set?: string[]; stages?: readonly Stage[] },
  ): Promise<Record<string, string>>;
}

const PIPELINE = `stages:
  join:
    inputs: { head: head.txt, texts: part-*.txt }
    outputs: { text: joined.txt }
  read:
    outputs: { text: text.txt }
  head:
    inputs: { text: text.txt }
    outputs: { text: head.txt }
  split:
    inputs: { text: text.txt }
    outputs: { parts: part-*.txt }
`;

const EXPERIMENT = `pipeline: toy
read: { source: text.txt }
head: { letters: 3 }
split: { parts: 2, options: { reverse: false } }
`;

export function toyWorkspace(): ToyWorkspace {
  const folder = mkdtempSync(join(tmpdir(), 'etude-'));
  const ran: string[] = [];
  const stages = [
    defineStage({
      name: 'read',
      version: 1,
      summary: 'Reads a text',
      params: z.strictObject({
        source: workspaceFiles(z.union([z.string(), z.array(z.string())]), ['txt']),
        trim: z.boolean().default(false),
      }),
      inputs: {},
      outputs: { text: textFormat },
      run({ files, params }) {
        ran.push('read');
        const text = files.source!.map((file) => new TextDecoder().decode(file.bytes())).join('');
        return { text: params.trim ? text.trim() : text };
      },
    }),
    defineStage({
      name: 'head',
      version: 1,
      summary: 'Takes the first letters',
      params: z.strictObject({
        letters: z.int().min(0).default(1),
        threads: withoutEffect(z.int().optional()),
      }),
      inputs: { text: textFormat },
      outputs: { text: textFormat },
      run({ inputs, params, progress, say }) {
        ran.push('head');
        progress({ done: 1, total: 1, unit: 'texts' });
        say(`took ${params.letters} letters`);
        return { text: inputs.text.slice(0, params.letters) };
      },
    }),
    defineStage({
      name: 'split',
      version: 1,
      summary: 'Cuts a text into parts',
      params: z.strictObject({ parts: z.int().min(1), options: z.strictObject({ reverse: z.boolean() }) }),
      inputs: { text: textFormat },
      outputs: { parts: family(textFormat) },
      run({ inputs, params }) {
        ran.push('split');
        const text = inputs.text;
        const size = Math.ceil(text.length / params.parts);
        const parts = Array.from({ length: params.parts }, (_, i) => text.slice(i * size, (i + 1) * size));
        return { parts: params.options.reverse ? parts.reverse() : parts };
      },
    }),
    defineStage({
      name: 'join',
      version: 1,
      summary: 'Joins texts',
      params: z.strictObject({}),
      inputs: { texts: family(textFormat), head: textFormat },
      outputs: { text: textFormat },
      run({ inputs }) {
        ran.push('join');
        return { text: `${inputs.head}:${inputs.texts.join('|')}` };
      },
    }),
  ];
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('pipelines/toy.yaml', PIPELINE);
  write('experiments/a.yaml', EXPERIMENT);
  write('text.txt', 'abcdefgh');
  const run: ToyWorkspace['run'] = (name, { set = [], stages: others = stages, ...options } = {}) =>
    runPlan(
      makePlan({ workspace: folder, config: join(folder, 'experiments', `${name}.yaml`), set, stages: others }),
      options,
    );
  return {
    ...{ folder, stages, ran, write, run },
    statuses: async (name, options) => {
      const { record } = await run(name, options);
      return Object.fromEntries(record.stages.map((stage) => [stage.name, stage.status]));
    },
  };
}
