import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as engine from '../index.js';
import { makePlan, type RunOptions, type RunResult, runPlan, type Stage } from '../index.js';
import { toyStages } from './toy-stages.js';

/** A workspace in a temporary folder, with a pipeline that knows as little of music as the engine does. */
export interface ToyWorkspace {
  readonly folder: string;
  readonly stages: readonly Stage[];
  /** names of the stages that really ran, in order */
  readonly ran: string[];
  write(path: string, text: string): void;
  /** the path of an experiment's file */
  config(name: string): string;
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
  const stages = toyStages(engine, ran);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('pipelines/toy.yaml', PIPELINE);
  write('experiments/a.yaml', EXPERIMENT);
  write('text.txt', 'abcdefgh');
  const config = (name: string) => join(folder, 'experiments', `${name}.yaml`);
  const run: ToyWorkspace['run'] = (name, { set = [], stages: others = stages, ...options } = {}) =>
    runPlan(makePlan({ workspace: folder, config: config(name), set, stages: others }), options);
  return {
    ...{ folder, stages, ran, write, run, config },
    statuses: async (name, options) => {
      const { record } = await run(name, options);
      return Object.fromEntries(record.stages.map((stage) => [stage.name, stage.status]));
    },
  };
}
