import { existsSync } from 'node:fs';
import type * as z from 'zod';
import { InputError } from '../problem.js';
import { check } from './check-value.js';
import { readYamlFile, type YamlFile } from './yaml-file.js';

interface CheckedFile<T> {
  readonly value: T;
  readonly problem: YamlFile['problem'];
}

/**
 * A YAML file that a schema describes as a whole; an empty one is an empty map.
 * @returns undefined where there is none
 * @throws {InputError} with every problem of the file, and its place
 * @example
 * readCheckedYaml('/music/etude.yaml', '/music', z.strictObject({ cache: z.string() }))?.value.cache;
 */
export function readCheckedYaml<Schema extends z.ZodType>(
  path: string,
  workspace: string,
  schema: Schema,
): CheckedFile<z.output<Schema>> | undefined {
  if (!existsSync(path)) return undefined;
  const file = readYamlFile(path, workspace);
  if (file.problems.length > 0) throw new InputError(file.problems);
  const value = file.value ?? {};
  const found = check(schema, value).map(({ path: at, message, at: where }) => {
    // What is missing stands nowhere.
    const name = file.has(at) || at.length === 0 ? '' : `${at.join('.')}: `;
    return file.problem(at, name + message, where);
  });
  if (found.length > 0) throw new InputError(found);
  return { value: schema.parse(value), problem: file.problem };
}
