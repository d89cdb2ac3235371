import * as z from 'zod';
import { isPlainName } from '../files/workspace-path.js';
import { addAll, type Problem, suggestion } from '../problem.js';
import { isFamily, type Port, type Stage, successorOf } from '../stage.js';
import { check } from '../yaml/check-value.js';
import type { YamlFile, YamlPath } from '../yaml/yaml-file.js';

/** A place in the DAG: a stage under the name that it has in this pipeline, and the artifacts that it reads and writes. */
export interface Node {
  readonly name: string;
  readonly stage: Stage;
  /** artifact name by input port */
  readonly inputs: Readonly<Record<string, string>>;
  /** artifact name by output port, those left out that nobody reads; of a family with `*` for the number: `song-*.mid` */
  readonly outputs: Readonly<Record<string, string>>;
  /** the node that writes the artifact of each input port */
  readonly producers: Readonly<Record<string, string>>;
}

export const pipelineSchema = z.strictObject({
  stages: z
    .record(
      z.string(),
      z.strictObject({
        stage: z.string().optional().describe('the stage to run here, where it differs from the name'),
        inputs: z.record(z.string(), z.string()).optional().describe('which artifact comes in at which port'),
        outputs: z
          .record(z.string(), z.string())
          .optional()
          .describe('the artifacts that the stage writes, by port; those that nobody reads may be left out'),
      }),
    )
    .describe('the stages, each under its own name, in any order'),
});

/**
 * The nodes of a pipeline file in an order in which each comes after those that it reads from. Every problem of the
 * file is added to `problems`; with any, the result is empty.
 */
export function readPipeline(file: YamlFile, stages: readonly Stage[], problems: Problem[]): Node[] {
  if (file.problems.length > 0) {
    addAll(problems, file.problems);
    return [];
  }
  const found: Problem[] = check(pipelineSchema, file.value).map(({ path, message, at }) =>
    file.problem(path, message, at),
  );
  if (found.length > 0) {
    addAll(problems, found);
    return [];
  }
  const { stages: entries } = file.value as z.output<typeof pipelineSchema>;
  const say = (path: YamlPath, message: string, at: 'value' | 'key' = 'value') =>
    found.push(file.problem(['stages', ...path], message, at));

  const nodes: Omit<Node, 'producers'>[] = [];
  for (const [name, { stage: kind = name, inputs = {}, outputs = {} }] of Object.entries(entries)) {
    if (!isStageName(name)) {
      say([name], `a stage's name is its folder's: letters, digits, - _ and ., found "${name}"`, 'key');
    }
    const stage = stages.find((candidate) => candidate.name === kind);
    if (stage === undefined) {
      const names = stages.map((candidate) => candidate.name);
      const now = successorOf(kind, stages)?.name;
      const message =
        now === undefined ? `unknown stage "${kind}"${suggestion(kind, names)}` : `stage ${kind} is ${now} now`;
      if (file.has(['stages', name, 'stage'])) say([name, 'stage'], message);
      else say([name], message, 'key');
      continue;
    }
    for (const [side, ports, given] of [
      ['inputs', stage.inputs, inputs],
      ['outputs', stage.outputs, outputs],
    ] as const) {
      for (const [port, artifact] of Object.entries(given)) {
        if (!Object.hasOwn(ports, port)) {
          say(
            [name, side, port],
            `stage ${kind} has no ${side.slice(0, -1)} "${port}"${suggestion(port, Object.keys(ports))}`,
            'key',
          );
          continue;
        }
        const wrong = artifactProblem(artifact, ports[port]!);
        if (wrong !== undefined) say([name, side, port], wrong);
      }
      const all = Object.keys(ports);
      const missing = all.filter((port) => !Object.hasOwn(given, port));
      // An output that nobody reads may be left out, but not all of them.
      if (missing.length > 0 && (side === 'inputs' || missing.length === all.length)) {
        say(
          [name],
          `stage ${kind} lacks an artifact for its ${side} ${missing.map((d) => `"${d}"`).join(', ')}`,
          'key',
        );
      }
    }
    nodes.push({ name, stage, inputs, outputs });
  }

  const producers = new Map<string, string>();
  for (const { name, outputs } of nodes) {
    for (const [port, artifact] of Object.entries(outputs)) {
      const other = producers.get(artifact);
      if (other === undefined) producers.set(artifact, name);
      else say([name, 'outputs', port], `two producers of "${artifact}": ${other} and ${name}`);
    }
  }
  for (const { name, inputs } of nodes) {
    for (const [port, artifact] of Object.entries(inputs)) {
      if (!producers.has(artifact)) {
        const near = suggestion(artifact, [...producers.keys()]);
        say([name, 'inputs', port], `no stage of this pipeline writes "${artifact}"${near}`);
      }
    }
  }
  if (found.length === 0) {
    const complete = nodes.map((node) => ({ ...node, producers: producersOf(node.inputs, producers) }));
    const { sorted, cycle } = inOrder(complete);
    if (cycle === undefined) return sorted;
    say([cycle[0]!], `the stages go round in a circle: ${[...cycle, cycle[0]].join(' → ')}`, 'key');
  }
  addAll(problems, found);
  return [];
}

/** Whether a stage of this name can have a folder beside `run.json`. */
export function isStageName(name: string): boolean {
  return /^[A-Za-z0-9][\w.-]*$/.test(name) && name.toLowerCase() !== 'run.json';
}

/** For each input port, who writes its artifact. */
function producersOf(inputs: Node['inputs'], producers: ReadonlyMap<string, string>): Node['producers'] {
  return Object.fromEntries(Object.entries(inputs).map(([port, artifact]) => [port, producers.get(artifact)!]));
}

function artifactProblem(artifact: string, port: Port): string | undefined {
  if (!isPlainName(artifact)) {
    return `an artifact is a file name inside its stage's folder, found "${artifact}", a path outside it`;
  }
  const stars = artifact.split('*').length - 1;
  if (isFamily(port) && stars !== 1)
    return `expected a name with one * for the number (song-*.mid), found "${artifact}"`;
  if (!isFamily(port) && stars !== 0) return `expected the name of one file, found "${artifact}"`;
  return undefined;
}

/** Depth-first order; where there is a circle, the names on it, each reading from the next. */
function inOrder(nodes: readonly Node[]) {
  const sorted: Node[] = [];
  const path: string[] = [];
  const visit = (node: Node): string[] | undefined => {
    if (sorted.includes(node)) return undefined;
    if (path.includes(node.name)) return path.slice(path.indexOf(node.name)).reverse();
    path.push(node.name);
    for (const producer of Object.values(node.producers)) {
      const cycle = visit(nodes.find(({ name }) => name === producer)!);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    sorted.push(node);
    return undefined;
  };
  for (const node of nodes) {
    const cycle = visit(node);
    if (cycle !== undefined) return { sorted, cycle };
  }
  return { sorted, cycle: undefined };
}
