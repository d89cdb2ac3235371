import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import {
  isInside,
  isPlainName,
  kindAt,
  leadsOutside,
  orShipped,
  type Places,
  workspacePath,
} from '../files/workspace-path.js';
import { addAll, type Problem, suggestion } from '../problem.js';
import { shown } from '../yaml/check-value.js';
import {
  emptyMap,
  isMap,
  parseYaml,
  readYamlFile,
  type YamlFile,
  type YamlMap,
  type YamlPath,
} from '../yaml/yaml-file.js';

/** The keys of an experiment that are not sections of a stage. */
export const EXPERIMENT_KEYS = ['extends', 'pipeline', 'description', 'sweep'];

/** What an experiment says, the files that it extends and the command line merged in. */
export interface Experiment {
  /** the artifact folder's name: the file's place below `experiments/` without its ending */
  readonly name: string;
  /** workspace-relative path of its file */
  readonly place: string;
  readonly pipeline: unknown;
  /** unchecked; undefined where it has none */
  readonly sweep: unknown;
  /** the parameters by stage, unchecked; inherits nothing */
  readonly sections: Readonly<Record<string, unknown>>;
  /** a problem at the place where the value at `path` comes from */
  problem(path: YamlPath, message: string, at?: 'value' | 'key'): Problem;
  /** where the value at `path` comes from: a file with its line, or an option; undefined for a default */
  origin(path: YamlPath): string | undefined;
}

/** A value of a parameter that goes over what files say. */
export interface Setting {
  /** `stage.parameter` */
  readonly key: string;
  readonly value: unknown;
  /** where it comes from: `--set train.units=64` */
  readonly place: string;
}

/** Some values of parameters that an experiment with a sweep is run with. */
export interface SweepPoint {
  /** the same whatever other points there are: `units-64,temperature-1.1` */
  readonly name: string;
  readonly settings: readonly Setting[];
}

interface Over {
  /** from the command line: `stage.parameter=value` */
  readonly set: readonly string[];
  /** one point of its sweep */
  readonly point?: SweepPoint | undefined;
}

/**
 * Reads an experiment, what it extends, and what goes over that, the later over the earlier.
 * Problems of form are added to `problems`; what the parameters may be is not known here.
 */
export function readExperiment(
  path: string,
  places: Places,
  { set, point }: Over,
  problems: Problem[],
): Experiment | undefined {
  const { workspace } = places;
  const chain = readChain(resolve(path), places, problems);
  if (chain === undefined) return undefined;
  const whole = mergedFiles(chain);
  const options = applySettings(whole, [...parsedSettings(set, problems), ...(point?.settings ?? [])]);
  const source = (path: YamlPath) => {
    for (let length = path.length; length > 0; length--) {
      const option = options.get(path.slice(0, length).join('.'));
      if (option !== undefined) return option;
    }
    return chain.find((file) => file.has(path));
  };
  const { pipeline, description, sweep } = whole;
  for (const key of EXPERIMENT_KEYS) delete whole[key];
  if (description !== undefined && typeof description !== 'string') {
    problems.push(chain[0]!.problem(['description'], `expected a text, found ${shown(description)}`));
  }
  return {
    name: [experimentName(resolve(path), workspace), ...(point ? [point.name] : [])].join('/'),
    place: chain[0]!.place,
    pipeline,
    sweep,
    sections: whole,
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

/** The experiment's file, then what it extends, and so on; undefined where something is wrong with one of them. */
export function readChain(path: string, places: Places, problems: Problem[]): YamlFile[] | undefined {
  const { workspace } = places;
  const chain: YamlFile[] = [];
  const seen = new Set<string>();
  for (let next: string | undefined = path; next !== undefined; ) {
    const from: YamlFile | undefined = chain.at(-1);
    const say = (message: string) =>
      problems.push(from?.problem(['extends'], message) ?? { place: '--config', message });
    if (seen.has(next)) {
      say(`${from!.place} extends itself, through ${[...seen].map((p) => basename(p)).join(', ')}`);
      return undefined;
    }
    seen.add(next);
    const wrong = fileProblem(next, places);
    if (wrong !== undefined) {
      say(wrong);
      return undefined;
    }
    const misplaced = from === undefined ? nameProblem(next, workspace) : undefined;
    if (misplaced !== undefined) say(misplaced);
    const file = readYamlFile(next, workspace);
    chain.push(file);
    if (file.problems.length > 0) {
      addAll(problems, file.problems);
      return undefined;
    }
    if (file.value !== null && !isMap(file.value)) {
      problems.push(file.problem([], 'expected a map of stages to their parameters'));
      return undefined;
    }
    const base = (file.value as YamlMap | null)?.extends;
    if (base !== undefined && typeof base !== 'string') {
      problems.push(file.problem(['extends'], `expected the path of an experiment, found ${shown(base)}`));
      return undefined;
    }
    next = base === undefined ? undefined : orShipped(resolve(dirname(next), base), places);
  }
  return chain;
}

/** What `--set stage.parameter=value` says. */
function parsedSettings(texts: readonly string[], problems: Problem[]): Setting[] {
  const settings: Setting[] = [];
  for (const setting of texts) {
    const place = `--set ${setting}`;
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
    const keys = key?.split('.') ?? [];
    if (EXPERIMENT_KEYS.includes(keys[0]!)) {
      const message = `${keys[0]} belongs into an experiment's file; --set changes parameters of stages, such as sample.temperature=1.2`;
      problems.push({ place, message });
    } else if (keys.length < 2 || keys.includes('')) {
      problems.push({ place, message: 'expected stage.parameter=value, such as sample.temperature=1.2' });
    } else {
      const { value, problems: wrong } = parseYaml(text!, place);
      addAll(
        problems,
        wrong.map(({ message }) => ({ place, message })),
      );
      if (wrong.length === 0) settings.push({ key: key!, value, place });
    }
  }
  return settings;
}

/**
 * Puts settings into a map.
 * @returns by path where a value comes from; maps that a setting made round its value are among them
 */
export function applySettings(into: YamlMap, settings: readonly Setting[]): Map<string, string> {
  const places = new Map<string, string>();
  for (const { key, value, place } of settings) {
    const keys = key.split('.');
    const from = setIn(into, keys, value);
    for (let length = from; length <= keys.length; length++) places.set(keys.slice(0, length).join('.'), place);
  }
  return places;
}

const FOLDER = 'experiments/';
const ENDINGS = ['.yaml', '.yml'];

/** `experiments/4layer.yaml` is the experiment 4layer. */
function experimentName(path: string, workspace: string): string {
  const place = workspacePath(path, workspace);
  return place.slice(place.startsWith(FOLDER) ? FOLDER.length : 0, -extname(place).length || undefined);
}

/**
 * Whether a name is that of a folder below `artifacts/`.
 * @example
 * isExperimentName('tunes/4layer'); // true
 * isExperimentName('../4layer'); // false
 */
export function isExperimentName(name: string): boolean {
  return name.split('/').every(isPlainName);
}

/** Why a file cannot have an artifact folder of its own. */
function nameProblem(path: string, workspace: string): string | undefined {
  const place = workspacePath(path, workspace);
  if (!place.startsWith(FOLDER) || !ENDINGS.includes(extname(place))) {
    return `expected a file such as experiments/mine.yaml, whose artifacts go to artifacts/mine/; found ${place}`;
  }
  const name = experimentName(path, workspace);
  if (!isExperimentName(name)) {
    return `expected a name that can be a folder's, without a dot at its beginning, found "${basename(place)}"`;
  }
  const stem = path.slice(0, -extname(path).length);
  const twin = ENDINGS.map((ending) => stem + ending).find((other) => other !== path && existsSync(other));
  if (twin !== undefined) {
    return `${place} and ${workspacePath(twin, workspace)} would share the folder artifacts/${name}; rename one of them`;
  }
  for (let above = dirname(stem); workspacePath(above, workspace).startsWith(FOLDER); above = dirname(above)) {
    const parent = ENDINGS.map((ending) => above + ending).find((other) => existsSync(other));
    if (parent === undefined) continue;
    const folder = experimentName(parent, workspace);
    return `artifacts/${name} would lie inside of artifacts/${folder}, the folder of ${workspacePath(parent, workspace)}; rename one of them`;
  }
  return undefined;
}

/**
 * The names of the YAML files in a folder, without those in folders below it; none where there is no such folder.
 * @example
 * yamlFilesIn('pipelines'); // ['chorales.yaml', 'song.yaml']
 */
export function yamlFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => ENDINGS.includes(extname(name)));
}

/** What is wrong with a path that should be a YAML file: nothing outside of the workspace is read but what is shipped. */
export function fileProblem(path: string, { workspace, shipped }: Places): string | undefined {
  if (shipped !== undefined && isInside(path, shipped) && kindAt(path) === 'file') return undefined;
  if (!isInside(path, workspace)) return `expected a file inside the workspace ${workspace}, found ${path}`;
  const place = workspacePath(path, workspace);
  const kind = kindAt(path);
  if (kind === undefined) return `there is no file ${place}${suggestion(basename(path), yamlFilesIn(dirname(path)))}`;
  const outside = leadsOutside(path, workspace);
  if (outside !== undefined) return `${place} leads out of the workspace through a link, to ${outside}`;
  return kind === 'file' ? undefined : `expected a file, found a ${kind}: ${place}`;
}

/** What files say together, each of which goes over those after it. */
export function mergedFiles(chain: readonly YamlFile[]): YamlMap {
  return chain.reduceRight<YamlMap>((base, { value }) => merged(base, (value ?? {}) as YamlMap), emptyMap());
}

/** Maps are merged key by key; any other value, a list too, replaces the one below it. */
export function merged(base: YamlMap, over: YamlMap): YamlMap {
  const result = Object.assign(emptyMap(), base);
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isMap(below) && isMap(value) ? merged(below, value) : value === null && isMap(below) ? below : value;
  }
  return result;
}

/**
 * Sets the value at a path of keys, or of places in a list; what lies round it is copied, since another value may share it.
 * @returns how many keys lead to the first value that was not there before
 */
function setIn(section: YamlMap | unknown[], [key, ...rest]: readonly string[], value: unknown): number {
  const inside = section as YamlMap;
  const before = inside[key!];
  if (rest.length === 0) {
    inside[key!] = value;
    return 1;
  }
  const goesOn = isMap(before) || (Array.isArray(before) && /^\d+$/.test(rest[0]!) && Object.hasOwn(before, rest[0]!));
  const inner = Array.isArray(before) && goesOn ? [...before] : Object.assign(emptyMap(), goesOn ? before : {});
  inside[key!] = inner;
  const depth = setIn(inner, rest, value);
  return goesOn ? depth + 1 : 1;
}
