import { basename, extname, join } from 'node:path';
import { type FindDataSet, findFiles, type PlannedFile } from '../files/workspace-files.js';
import type { Places } from '../files/workspace-path.js';
import { InputError, type Problem, suggestion } from '../problem.js';
import { fileParameters, type Stage, successorOf } from '../stage.js';
import { check, shown } from '../yaml/check-value.js';
import { isMap, readYamlFile } from '../yaml/yaml-file.js';
import {
  EXPERIMENT_KEYS,
  type Experiment,
  fileProblem,
  readExperiment,
  type SweepPoint,
  yamlFilesIn,
} from './experiment-file.js';
import { type Node, readPipeline } from './pipeline-file.js';

/** A node of the DAG with the parameters that this experiment gives it. */
export interface PlannedStage extends Node {
  /** every parameter with its defaults, the files apart */
  readonly params: Readonly<Record<string, unknown>>;
  /** by the parameter that names them, in the order of their names */
  readonly files: Readonly<Record<string, readonly PlannedFile[]>>;
  /** where the value of a parameter comes from; undefined for a default */
  origin(parameter: string): string | undefined;
}

/** An experiment that has been checked: it can run. */
export interface Plan {
  readonly experiment: string;
  /** workspace-relative path of the experiment's file */
  readonly config: string;
  readonly pipeline: string;
  readonly workspace: string;
  /** what its user should know although it can run, such as files that are left out */
  readonly warnings: readonly string[];
  /** each after the stages that it reads from */
  readonly stages: readonly PlannedStage[];
}

export interface PlanRequest {
  /** folder that holds `experiments/`, `pipelines/` and the music; nothing outside it is read but files that parameters name by an absolute path */
  readonly workspace: string;
  /** path of the experiment's file */
  readonly config: string;
  /** folder that comes with the program and has `experiments/`, `pipelines/` and other files: where the workspace lacks one, it is taken from there */
  readonly shipped?: string | undefined;
  /** `stage.parameter=value`, over what the files say */
  readonly set?: readonly string[];
  /** of an experiment with a sweep, which of its points */
  readonly point?: SweepPoint | undefined;
  readonly stages: readonly Stage[];
  /** finds what a parameter names as `dataset:NAME`; without, there are no data sets */
  readonly dataSet?: FindDataSet;
}

/**
 * Reads and checks an experiment and its pipeline. Runs nothing.
 * @throws {InputError} with everything that is wrong
 * @example
 * const plan = makePlan({ workspace, config: 'experiments/quick.yaml', set: ['train.units=64'], stages });
 * plan.stages.map(({ name }) => name); // ['extract-track', 'tokenize', 'study', …], each after those that it reads from
 */
export function makePlan(request: PlanRequest): Plan {
  const { workspace, config, set = [], point, stages, dataSet = noDataSets } = request;
  const places = { workspace, shipped: request.shipped };
  const problems: Problem[] = [];
  const experiment = readExperiment(config, places, { set, point }, problems);
  if (experiment === undefined) throw new InputError(problems);
  const nodes = pipelineOf(experiment, places, stages, problems);
  const known = nodes.map(({ name }) => name);
  if (nodes.length > 0) {
    for (const [name, section] of Object.entries(experiment.sections)) {
      if (known.includes(name)) continue;
      const successor = successorOf(name, stages);
      const near = suggestion(name, [...known, ...EXPERIMENT_KEYS]);
      const message =
        successor === undefined ? `unknown stage "${name}"${near}` : `stage ${name} is ${successor.name} now`;
      problems.push(experiment.problem([name], message, 'key'));
      for (const [key, now] of Object.entries(successor?.replaces?.[name] ?? {})) {
        if (!isMap(section) || !Object.hasOwn(section, key)) continue;
        problems.push(experiment.problem([name, key], `${name}: "${key}" is ${now} now`, 'key'));
      }
    }
  }
  const warnings: string[] = [];
  const planned = nodes.map((node) => planStage(node, experiment, places, { problems, warnings, dataSet }));
  if (problems.length > 0) throw new InputError(problems);
  return {
    experiment: experiment.name,
    config: experiment.place,
    pipeline: String(experiment.pipeline),
    workspace,
    warnings,
    stages: planned,
  };
}

/**
 * The stage of a plan that `--stage NAME` means.
 * @throws {InputError} where there is none of that name
 * @example
 * findStage(plan, 'train').params.units; // 64
 */
export function findStage(plan: Plan, name: string): PlannedStage {
  const stage = plan.stages.find((candidate) => candidate.name === name);
  if (stage !== undefined) return stage;
  const names = plan.stages.map((candidate) => candidate.name);
  const message = `pipeline ${plan.pipeline} has no stage "${name}"${suggestion(name, names)}`;
  throw new InputError([{ place: `--stage ${name}`, message }]);
}

/**
 * A plan that ends with a stage: with those that it reads from, and those that they do.
 * @throws {InputError} where there is none of that name
 * @example
 * planUntil(plan, 'train').stages.map(({ name }) => name); // ['extract-track', 'tokenize', 'build-vocab', 'train']
 */
export function planUntil(plan: Plan, name: string): Plan {
  const needed = new Set<string>();
  const need = (stage: PlannedStage) => {
    if (needed.has(stage.name)) return;
    needed.add(stage.name);
    for (const producer of Object.values(stage.producers)) need(findStage(plan, producer));
  };
  need(findStage(plan, name));
  return { ...plan, stages: plan.stages.filter((stage) => needed.has(stage.name)) };
}

function pipelineOf(experiment: Experiment, places: Places, stages: readonly Stage[], problems: Problem[]): Node[] {
  const { pipeline } = experiment;
  const folders = [places.shipped, places.workspace].flatMap((place) => (place ? join(place, 'pipelines') : []));
  const files = new Map(
    folders.flatMap((folder) => yamlFilesIn(folder).map((file) => [basename(file, extname(file)), join(folder, file)])),
  );
  const names = [...files.keys()];
  if (typeof pipeline !== 'string') {
    const found = pipeline === undefined ? 'none' : shown(pipeline);
    problems.push(
      experiment.problem(['pipeline'], `expected the name of a pipeline (${names.join(', ')}), found ${found}`),
    );
    return [];
  }
  const file = files.get(pipeline);
  if (file === undefined) {
    const near = suggestion(pipeline, names);
    problems.push(experiment.problem(['pipeline'], `there is no pipeline pipelines/${pipeline}.yaml${near}`));
    return [];
  }
  const wrong = fileProblem(file, places);
  if (wrong === undefined) return readPipeline(readYamlFile(file, places.workspace), stages, problems);
  problems.push(experiment.problem(['pipeline'], wrong));
  return [];
}

function planStage(
  node: Node,
  experiment: Experiment,
  places: Places,
  { problems, warnings, dataSet }: { problems: Problem[]; warnings: string[]; dataSet: FindDataSet },
): PlannedStage {
  const { name, stage } = node;
  const section = experiment.sections[name] ?? {};
  const findings = check(stage.params, section);
  for (const { path, message, at } of findings) {
    const where = [name, ...(at === 'key' ? path.slice(0, -1) : path)].join('.');
    const now = at === 'key' ? stage.renamed?.[path.join('.')] : undefined;
    const text = now === undefined ? message : `"${path.at(-1)}" is ${name}.${now} now`;
    problems.push(experiment.problem([name, ...path], `${where}: ${text}`, at));
  }
  const params: Record<string, unknown> = findings.length === 0 ? { ...stage.params.parse(section) } : {};
  const files: Record<string, readonly PlannedFile[]> = {};
  for (const [parameter, extensions] of fileParameters(stage)) {
    const value = params[parameter] as string | string[] | undefined;
    delete params[parameter];
    if (value === undefined) continue;
    files[parameter] = findFiles([value].flat(), extensions, places, {
      dataSet,
      problem: (message) => problems.push(experiment.problem([name, parameter], `${name}.${parameter}: ${message}`)),
      skipped: (message) => warnings.push(`${name}.${parameter}: ${message}`),
    });
  }
  return { ...node, params, files, origin: (parameter) => experiment.origin([name, parameter]) };
}

function noDataSets(): { problem: string } {
  return { problem: 'there are no data sets here' };
}
