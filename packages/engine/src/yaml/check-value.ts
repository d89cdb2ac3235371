import * as z from 'zod';
import { MOST_PROBLEMS, suggestion } from '../problem.js';
import type { YamlPath } from './yaml-file.js';

/** One thing that a zod schema finds wrong with a value. */
export interface Finding {
  readonly path: YamlPath;
  readonly message: string;
  /** whether the key at `path` is wrong rather than its value */
  readonly at: 'value' | 'key';
}

/** What a schema finds wrong with `value`, in words for the person who wrote it; empty where it is valid. */
export function check(schema: z.ZodType, value: unknown): Finding[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.flatMap(closest).flatMap((issue): Finding[] => {
    const path = issue.path as (string | number)[];
    if (issue.code === 'unrecognized_keys') {
      const valid = keysAt(schema, path, value);
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        message: `unknown key "${key}"${index < MOST_PROBLEMS ? suggestion(key, valid) : ''}`,
        at: 'key',
      }));
    }
    // A key of a map in which any may stand that looks like one.
    if (issue.code === 'invalid_key') {
      const key = String(path.at(-1));
      return issue.issues.map((inner) => ({ path, message: describe(inner, key, schema), at: 'key' }));
    }
    return [{ path, message: describe(issue, valueAt(value, path), schema), at: 'value' }];
  });
}

/** A value as YAML writes it, cut where it is long. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' && !Number.isFinite(value) ? inYaml(value) : JSON.stringify(value, replaced);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

const LONGEST_VALUE = 100;

function replaced(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? inYaml(value) : value;
}

function inYaml(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  return value > 0 ? '.inf' : '-.inf';
}

/**
 * The issues of the one kind of value in a union that was meant: the one that no issue denies as a whole. The issue itself where
 * that is none, or more than one.
 */
function closest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  if (meant.length !== 1) return [issue];
  return meant[0]!.flatMap((inner) => closest({ ...inner, path: [...issue.path, ...inner.path] }));
}

/**
 * The schemas that a value at a path inside of one may have to fit.
 * @param value what is there: of several maps that are told apart by a word, the one of that word
 */
function schemasAt(schema: z.core.$ZodType, path: YamlPath, value?: unknown): z.core.$ZodType[] {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  if (inner instanceof z.ZodUnion) {
    return inner.options.filter((option) => mayBe(option, value)).flatMap((option) => schemasAt(option, path, value));
  }
  const [key, ...rest] = path;
  if (key === undefined) return [inner];
  const inside = (value as Record<string | number, unknown> | undefined)?.[key];
  if (inner instanceof z.ZodArray) return schemasAt(inner.element, rest, inside);
  if (inner instanceof z.ZodRecord) return schemasAt(inner.valueType, rest, inside);
  if (!(inner instanceof z.ZodObject) || !Object.hasOwn(inner.shape, key)) return [];
  return schemasAt(inner.shape[key], rest, inside);
}

/** Whether a map has no other word than a schema wants where that wants a certain one. */
function mayBe(option: z.core.$ZodType, value: unknown): boolean {
  if (!(option instanceof z.ZodObject) || typeof value !== 'object' || value === null) return true;
  return Object.entries(option.shape).every(([key, schema]) => {
    const found = (value as Record<string, unknown>)[key];
    return !(schema instanceof z.ZodLiteral) || found === undefined || schema.values.has(found as string);
  });
}

/** The keys that a schema knows at a path inside of it; none where there is no map. */
function keysAt(schema: z.ZodType, path: YamlPath, value?: unknown): string[] {
  const maps = schemasAt(schema, path, value).filter((at) => at instanceof z.ZodObject);
  return [...new Set(maps.flatMap(({ shape }) => Object.keys(shape)))];
}

function describe(issue: z.core.$ZodIssue, found: unknown, schema: z.ZodType): string {
  if (issue.code === 'custom') {
    // A schema that knows which words are valid says so.
    const valid = issue.params?.valid as readonly string[] | undefined;
    return `${issue.message}${valid && typeof found === 'string' ? suggestion(found, valid) : ''}`;
  }
  if (found === undefined) return `a value is missing: expected ${expected(issue, schema)}`;
  const valid = typeof found === 'string' ? wordsAt(schema, issue.path as YamlPath) : [];
  const near = typeof found === 'string' && valid.length > 0 ? suggestion(found, valid) : '';
  return `expected ${expected(issue, schema)}, found ${shown(found)}${near.startsWith('; did') ? near : ''}`;
}

/** The words that are valid at a path. */
function wordsAt(schema: z.ZodType, path: YamlPath): string[] {
  return schemasAt(schema, path).flatMap((at) => {
    if (at instanceof z.ZodEnum) return at.options.map(String);
    return at instanceof z.ZodLiteral ? [...at.values].map(String) : [];
  });
}

/** What a schema expected, in words. */
function expected(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  if (issue.code === 'invalid_union') {
    const { path } = issue as { path: YamlPath };
    if (issue.errors.length === 0) return oneOf(wordsAt(schema, path));
    const keys = keysAt(schema, path);
    const parts = issue.errors.map((each: readonly z.core.$ZodIssue[]) => {
      const [first] = each;
      if (first!.path.length > 0) return undefined;
      if (first!.code !== 'invalid_type' || first!.expected !== 'object') return expected(first!, schema);
      return `a map of ${keys.join(', ')}`;
    });
    return [...new Set(parts.filter((part) => part !== undefined))].join(' or ');
  }
  // Beyond it integers have gaps; the bound is zod's own and nobody's who wrote the schema.
  if (issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER) return 'an integer below 2^53';
  if (issue.code === 'too_small' && issue.origin === 'array') return `a list of at least ${issue.minimum}`;
  const words = /expected (.*?)(?:, received .*)?$/.exec(issue.message)?.[1] ?? issue.message;
  return words.replaceAll('|', ' or ').replace(' to be ', ' ').replace(/^int$/, 'an integer');
}

function oneOf(words: readonly string[]): string {
  return `one of ${words.map((word) => `"${word}"`).join(' or ')}`;
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
}
