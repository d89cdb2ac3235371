import * as z from 'zod';
import { suggestion } from './problem.js';
import type { YamlPath } from './yaml-file.js';

/** One thing that a zod schema finds wrong with a value. */
export interface Finding {
  readonly path: YamlPath;
  readonly message: string;
  /** whether the key at `path` is wrong rather than its value */
  readonly at: 'value' | 'key';
}

/** What a schema finds wrong with `value`, in words for the person who wrote it; empty where it is valid. */
export function check(schema: z.ZodType, value: unknown, validKeys: (path: YamlPath) => readonly string[]): Finding[] {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return [];
  return result.error.issues.flatMap((issue): Finding[] => {
    const path = issue.path as (string | number)[];
    if (issue.code === 'unrecognized_keys') {
      const valid = validKeys(path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `unknown key "${key}"${suggestion(key, valid)}`,
        at: 'key',
      }));
    }
    return [{ path, message: describe(issue, valueAt(value, path)), at: 'value' }];
  });
}

/** The keys that a schema knows at a path inside of it; none where there is no map. */
export function keysAt(schema: z.ZodType, path: YamlPath): string[] {
  let at: z.core.$ZodType = schema;
  for (const key of path) {
    at = unwrapped(at);
    const inner: z.core.$ZodType | undefined =
      at instanceof z.ZodObject ? at.shape[key] : at instanceof z.ZodArray ? at.element : undefined;
    if (inner === undefined) return [];
    at = inner;
  }
  at = unwrapped(at);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) inner = inner.unwrap();
  return inner;
}

function describe(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.code === 'custom') return issue.message;
  if (found === undefined) return `a value is missing${expectation(issue)}`;
  const near =
    issue.code === 'invalid_value' && typeof found === 'string' ? suggestion(found, issue.values.map(String)) : '';
  return `${expectation(issue).slice(2)}, found ${JSON.stringify(found)}${near.startsWith('; did') ? near : ''}`;
}

/** zod's own words for what it expects, without what it says before and after. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') {
    const parts = issue.errors.flat().map((inner) => expectation(inner).replace(/^: expected /, ''));
    return `: expected ${[...new Set(parts)].join(' or ')}`;
  }
  const words = /expected (.*?)(?:, received .*)?$/.exec(issue.message)?.[1] ?? issue.message;
  return `: expected ${words.replaceAll('|', ' or ').replace(' to be ', ' ').replace(/^int$/, 'an integer')}`;
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
}
