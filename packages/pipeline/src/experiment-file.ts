import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { parse } from 'yaml';
import { type Problem, suggestion } from './problem.js';
import { isMap, readYamlFile, workspacePath, type YamlFile, type YamlMap, type YamlPath } from './yaml-file.js';

/** The keys of an experiment that are not sections of a stage. */
export const EXPERIMENT_KEYS = ['extends', 'pipeline', 'description'];

/** What an experiment says, the files that it extends and the command line merged in. */
export interface Experiment {
  /** the artifact folder's name: the file's place below `experiments/` without its ending */
  readonly name: string;
  /** workspace-relative path of its file */
  readonly place: string;
  readonly pipeline: unknown;
  /** the parameters by stage, unchecked */
  readonly sections: Readonly<Record<string, unknown>>;
  /** a problem at the place where the value at `path` comes from */
  problem(path: YamlPath, message: string, at?: 'value' | 'key'): Problem;
  /** where the value at `path` comes from: a file with its line, or an option; undefined for a default */
  origin(path: YamlPath): string | undefined;
}

/**
 * Reads an experiment, what it extends, and `key=value` settings from the command line, the later over the earlier.
 * Problems of form are added to `problems`; what the parameters may be is not known here.
 */
export function readExperiment(
  path: string,
  workspace: string,
  settings: readonly string[],
  problems: Problem[],
): Experiment | undefined {
  const chain: YamlFile[] = [];
  const seen = new Set<string>();
  for (let next: string | undefined = resolve(path); next !== undefined; ) {
    const from: YamlFile | undefined = chain.at(-1);
    if (seen.has(next)) {
      problems.push(
        from!.problem(
          ['extends'],
          `${from!.place} extends itself, through ${[...seen].map((p) => basename(p)).join(', ')}`,
        ),
      );
      return undefined;
    }
    seen.add(next);
    const wrong = pathProblem(next, workspace);
    if (wrong !== undefined) {
      problems.push(from?.problem(['extends'], wrong) ?? { place: '--config', message: wrong });
      return undefined;
    }
    const file = readYamlFile(next, workspace);
    chain.push(file);
    if (file.problems.length > 0) {
      problems.push(...file.problems);
      return undefined;
    }
    if (file.value !== null && !isMap(file.value)) {
      problems.push(file.problem([], 'expected a map of stages to their parameters'));
      return undefined;
    }
    const base = (file.value as YamlMap | null)?.extends;
    if (base !== undefined && typeof base !== 'string') {
      problems.push(file.problem(['extends'], `expected the path of an experiment, found ${JSON.stringify(base)}`));
      return undefined;
    }
    next = base === undefined ? undefined : resolve(dirname(next), base);
  }

  const merged = chain.reduceRight<YamlMap>((base, file) => merge(base, (file.value ?? {}) as YamlMap), {});
  const options = new Map<string, string>();
  for (const setting of settings) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
    const keys = key?.split('.') ?? [];
    if (keys.length < 2) {
      problems.push({
        place: `--set ${setting}`,
        message: 'expected stage.parameter=value, such as sample.temperature=1.2',
      });
      continue;
    }
    try {
      setIn(merged, keys, parse(text!));
      options.set(keys.join('.'), `--set ${setting}`);
    } catch (error) {
      problems.push({ place: `--set ${setting}`, message: (error as Error).message.split('\n')[0]! });
    }
  }

  const source = (path: YamlPath) => {
    for (let length = path.length; length > 0; length--) {
      const option = options.get(path.slice(0, length).join('.'));
      if (option !== undefined) return option;
    }
    return chain.find((file) => file.has(path));
  };
  const { extends: _, pipeline, description, ...sections } = merged;
  if (description !== undefined && typeof description !== 'string') {
    problems.push(chain[0]!.problem(['description'], `expected a text, found ${JSON.stringify(description)}`));
  }
  return {
    name: experimentName(resolve(path), workspace),
    place: chain[0]!.place,
    pipeline,
    sections,
    problem: (path, message, at) => {
      const place = source(path);
      if (typeof place === 'string') return { place, message };
      const file = place ?? chain.find((candidate) => candidate.has(path.slice(0, 1))) ?? chain[0]!;
      return file.problem(path, message, at);
    },
    origin: (path) => {
      const place = source(path);
      if (place === undefined || typeof place === 'string') return place;
      const { line } = place.problem(path, '', 'key');
      return `${place.place}:${line}`;
    },
  };
}

/** `experiments/4layer.yaml` is the experiment 4layer; a file elsewhere is named after itself. */
function experimentName(path: string, workspace: string): string {
  const place = workspacePath(path, workspace);
  const withoutEnding = place.slice(0, -extname(place).length || undefined);
  return withoutEnding.startsWith('experiments/')
    ? withoutEnding.slice('experiments/'.length)
    : basename(withoutEnding);
}

export function yamlFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => ['.yaml', '.yml'].includes(extname(name)));
}

/** What is wrong with a path that should be an experiment's file. */
function pathProblem(path: string, workspace: string): string | undefined {
  const place = workspacePath(path, workspace);
  if (!existsSync(path)) return `there is no file ${place}${suggestion(basename(path), yamlFilesIn(dirname(path)))}`;
  return statSync(path).isFile() ? undefined : `expected a file, found a folder: ${place}`;
}

/** Maps are merged key by key; any other value, a list too, replaces the one below it. */
function merge(base: YamlMap, over: YamlMap): YamlMap {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMap(below) && isMap(value) ? merge(below, value) : value === null && isMap(below) ? below : value;
  }
  return merged;
}

function setIn(section: YamlMap, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    section[key!] = value;
    return;
  }
  const inner = isMap(section[key!]) ? { ...(section[key!] as YamlMap) } : {};
  section[key!] = inner;
  setIn(inner, rest, value);
}
