import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { type Document, isMap as isMapNode, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Problem } from './problem.js';

export type YamlPath = readonly (string | number)[];

export type YamlMap = Record<string, unknown>;

/** Whether a value that came out of YAML or JSON is a map, not a list or a scalar. */
export function isMap(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A YAML file that knows where each of its values stands. */
export interface YamlFile {
  /** workspace-relative, with forward slashes */
  readonly place: string;
  /** the parsed value; undefined where the file has errors */
  readonly value: unknown;
  /** syntax errors */
  readonly problems: readonly Problem[];
  /** a problem at the value of `path`, or at its key, or at the nearest value around it */
  problem(path: YamlPath, message: string, at?: 'value' | 'key'): Problem;
  /** whether the file itself has a value at `path` */
  has(path: YamlPath): boolean;
}

/** @throws the file system's error where the file cannot be read */
export function readYamlFile(path: string, workspace: string): YamlFile {
  return parseYamlFile(readFileSync(path, 'utf8'), workspacePath(path, workspace));
}

export function workspacePath(path: string, workspace: string): string {
  return relative(workspace, path).split(sep).join('/');
}

function parseYamlFile(text: string, place: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { place, line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const problems = document.errors.map((error) => at(error.pos[0], error.message));
  visit(document, {
    Alias: (_, node) => {
      if (node.resolve(document) === undefined)
        problems.push(at(node.range![0], `no anchor is named "${node.source}"`));
    },
  });
  return {
    place,
    value: problems.length === 0 ? document.toJS() : undefined,
    problems,
    problem: (path, message, where = 'value') => at(offsetOf(document, path, where), message),
    has: (path) => document.hasIn(path),
  };
}

function offsetOf(document: Document, path: YamlPath, where: 'value' | 'key'): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (!isMapNode(parent)) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
      if (node?.range) return node.range[0];
      continue;
    }
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path[length - 1]),
    );
    if (pair === undefined) continue;
    const key = pair.key as { range?: [number, number, number] };
    const value = pair.value as { range?: [number, number, number] } | null;
    const exact = length === path.length && where === 'value';
    return (exact ? value?.range : undefined)?.[0] ?? key.range?.[0] ?? 0;
  }
  return document.contents?.range?.[0] ?? 0;
}
