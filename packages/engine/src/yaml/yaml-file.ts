import { readFileSync, statSync } from 'node:fs';
import {
  type Alias,
  isAlias,
  isMap as isMapNode,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { workspacePath } from '../files/workspace-path.js';
import type { Problem } from '../problem.js';

export type YamlPath = readonly (string | number)[];

export type YamlMap = Record<string, unknown>;

/** Whether a value that came out of YAML or JSON is a map, not a list or a scalar. */
export function isMap(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A map that inherits nothing: `constructor` and `__proto__` are keys like any other. */
export function emptyMap(): YamlMap {
  return Object.create(null) as YamlMap;
}

/** YAML whose values know their places. */
export interface YamlFile {
  /** workspace-relative, with forward slashes */
  readonly place: string;
  /** the parsed value; undefined where the file has errors */
  readonly value: unknown;
  /** why it cannot be used */
  readonly problems: readonly Problem[];
  /** a problem at the value of `path`, or at its key, or at the nearest value around it */
  problem(path: YamlPath, message: string, at?: 'value' | 'key'): Problem;
  /** whether the file itself has a value at `path` */
  has(path: YamlPath): boolean;
}

/** Bytes of a YAML file; a longer one takes the parser seconds and hundreds of megabytes. */
const MOST_BYTES = 256_000;
/** Values of a file, those of an alias counted each time that it is used. */
const MOST_VALUES = 100_000;
/** Maps and lists inside of each other. */
const MOST_LEVELS = 64;

/** What was last parsed, by path: the points of a sweep read the same files. */
const parsed = new Map<string, { readonly text: string; readonly place: string; readonly file: YamlFile }>();

/**
 * The file as it is now; parsed only where it has changed since the last call. Nobody may change the value, which callers share.
 * @throws the file system's error where the file cannot be read
 */
export function readYamlFile(path: string, workspace: string): YamlFile {
  const place = workspacePath(path, workspace);
  const refused = (message: string, before = ''): YamlFile => {
    const lines = before.split('\n');
    const problem = { place, line: lines.length, column: lines.at(-1)!.length + 1, message };
    return { place, value: undefined, problems: [problem], problem: () => problem, has: () => false };
  };
  const { size } = statSync(path);
  if (size > MOST_BYTES) {
    return refused(
      `expected at most ${MOST_BYTES.toLocaleString('en')} bytes of YAML, found ${size.toLocaleString('en')}; a folder or a pattern can stand in place of a long list of files`,
    );
  }
  const bytes = readFileSync(path);
  const text = new TextDecoder().decode(bytes);
  const invalid = firstInvalidByte(bytes);
  if (invalid === undefined) {
    const last = parsed.get(path);
    if (last?.text === text && last.place === place) return last.file;
    const file = parseYaml(text, place);
    parsed.set(path, { text, place, file });
    return file;
  }
  const before = new TextDecoder().decode(bytes.subarray(0, invalid));
  return refused(`byte ${invalid} is not valid UTF-8; save the file in that encoding`, before);
}

const REPLACEMENT = '\uFFFD';

/** Offset of the first byte that is not part of valid UTF-8: where the decoder put a replacement that is not in the file. */
function firstInvalidByte(bytes: Uint8Array): number | undefined {
  const own = Buffer.from(REPLACEMENT);
  let offset = 0;
  for (const part of new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split(REPLACEMENT)) {
    offset += Buffer.byteLength(part);
    if (offset >= bytes.length) return undefined;
    if (!own.equals(bytes.subarray(offset, offset + own.length))) return offset;
    offset += own.length;
  }
  return undefined;
}

/** Where a value stands, and what is in it. */
interface Place {
  readonly key: number;
  readonly value: number;
  readonly children?: ReadonlyMap<string, Place>;
}

/** A node's value, with how many values are in it and how deep. */
interface Read {
  readonly value: unknown;
  readonly values: number;
  readonly levels: number;
  readonly children?: ReadonlyMap<string, Place>;
}

/** Reads YAML 1.2 with the tags of its core schema and no others. */
export function parseYaml(text: string, place: string): YamlFile {
  const lines = new LineCounter();
  // The parser compares each key with all before it; that is done below.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, schema: 'core' } as const;
  const document = parseDocument(text, { ...options, resolveKnownTags: false });
  const problems: Problem[] = [];
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { place, line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
    problems.push(
      at(pos[0], code === 'MULTIPLE_DOCS' ? 'expected one YAML document, found a second' : inWords(message)),
    );
    // The parser has given up there, and what it says of the rest is of no use.
    if (message.startsWith(STACK)) break;
  }
  const read = problems.length === 0 ? new Reader((offset, message) => problems.push(at(offset, message))) : undefined;
  const root = read?.node(document.contents);
  const top: Place = {
    key: 0,
    value: document.contents?.range[0] ?? 0,
    ...(root?.children && { children: root.children }),
  };
  return {
    place,
    value: problems.length === 0 ? root?.value : undefined,
    problems,
    problem: (path, message, where = 'value') => {
      let found = top;
      for (const [depth, key] of path.entries()) {
        const inner = found.children?.get(String(key));
        if (inner === undefined) return at(depth === 0 ? found.value : found.key, message);
        found = inner;
      }
      return at(where === 'key' ? found.key : found.value, message);
    },
    has: (path) => {
      let found: Place | undefined = top;
      for (const key of path) found = found?.children?.get(String(key));
      return found !== undefined && path.length > 0;
    },
  };
}

const STACK = 'Maximum call stack size exceeded';
const TOO_DEEP = `expected at most ${MOST_LEVELS} maps and lists inside of each other, found more`;

function inWords(message: string): string {
  if (message.startsWith(STACK)) return TOO_DEEP;
  const tag = /^Unresolved tag: (.*)$/.exec(message)?.[1]?.replace(/^tag:yaml\.org,2002:/, '!!');
  return tag === undefined ? message : `unknown tag ${tag}; expected plain YAML, without tags`;
}

/** Turns nodes into values. A value that an alias stands for is made once and shared. */
class Reader {
  readonly #problem: (offset: number, message: string) => void;
  /** by anchor; undefined while the anchor's node is being read */
  readonly #anchors = new Map<string, Read | undefined>();
  #values = 0;
  #levels = 0;
  #full = false;

  constructor(problem: (offset: number, message: string) => void) {
    this.#problem = problem;
  }

  node(node: ParsedNode | null): Read {
    if (node === null) return { value: null, values: 1, levels: 0 };
    if (isAlias(node)) return this.#alias(node as Alias.Parsed);
    const { anchor } = node as Scalar;
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    this.#count(1, node.range[0]);
    let read: Read = { value: null, values: 1, levels: 0 };
    if (isScalar(node)) read = { ...read, value: node.value };
    else if (this.#levels === MOST_LEVELS) this.#problem(node.range[0], TOO_DEEP);
    else {
      this.#levels++;
      read = isMapNode(node) ? this.#map(node as YAMLMap.Parsed) : this.#list(node as YAMLSeq.Parsed);
      this.#levels--;
    }
    if (anchor !== undefined) this.#anchors.set(anchor, read);
    return read;
  }

  #alias({ source, range: [offset] }: Alias.Parsed): Read {
    const read = this.#anchors.get(source);
    if (read !== undefined) {
      this.#count(read.values, offset);
      if (this.#levels + read.levels > MOST_LEVELS) this.#problem(offset, TOO_DEEP);
      return read;
    }
    const known = this.#anchors.has(source);
    this.#problem(offset, known ? `*${source} is part of what it stands for` : `no anchor is named "${source}"`);
    return { value: null, values: 1, levels: 0 };
  }

  #map({ items }: YAMLMap.Parsed): Read {
    const value = emptyMap();
    const children = new Map<string, Place>();
    let [values, levels] = [1, 0];
    for (const pair of items) {
      const { key: keyNode, value: valueNode } = pair as { key: ParsedNode | null; value: ParsedNode | null };
      const offset = keyNode?.range[0] ?? valueNode?.range[0] ?? 0;
      const key = this.node(keyNode);
      const simple = !isMap(key.value) && !Array.isArray(key.value);
      if (!simple) this.#problem(offset, 'expected text as a key, found a map or a list');
      const name = simple ? String(key.value ?? '') : '';
      if (children.has(name)) this.#problem(offset, `the key "${name}" stands twice in this map`);
      const inner = this.node(valueNode);
      value[name] = inner.value;
      children.set(name, {
        key: offset,
        value: valueNode?.range[0] ?? offset,
        ...(inner.children && { children: inner.children }),
      });
      values += key.values + inner.values;
      levels = Math.max(levels, inner.levels);
    }
    return { value, values, levels: levels + 1, children };
  }

  #list({ items }: YAMLSeq.Parsed): Read {
    const value: unknown[] = [];
    const children = new Map<string, Place>();
    let [values, levels] = [1, 0];
    for (const item of items as (ParsedNode | null)[]) {
      const inner = this.node(item);
      const offset = item?.range[0] ?? 0;
      children.set(String(value.length), {
        key: offset,
        value: offset,
        ...(inner.children && { children: inner.children }),
      });
      value.push(inner.value);
      values += inner.values;
      levels = Math.max(levels, inner.levels);
    }
    return { value, values, levels: levels + 1, children };
  }

  #count(values: number, offset: number): void {
    this.#values += values;
    if (this.#values <= MOST_VALUES || this.#full) return;
    this.#full = true;
    this.#problem(
      offset,
      `expected at most ${MOST_VALUES.toLocaleString('en')} values, those of an alias counted each time that it is used, found more`,
    );
  }
}
