import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { readCheckedYaml } from './checked-file.js';

const folder = mkdtempSync(join(tmpdir(), 'etude-yaml-'));
const path = join(folder, 'etude.yaml');
const schema = z.strictObject({
  cache: z.strictObject({ store: z.string(), write: z.boolean().default(false) }).optional(),
});
const read = (text: string) => {
  writeFileSync(path, text);
  return readCheckedYaml(path, folder, schema);
};

it('gives what a file says, with defaults', () => {
  expect(readCheckedYaml(join(folder, 'none.yaml'), folder, schema)).toBeUndefined();
  expect(read('')!.value).toEqual({});
  const { value, problem } = read('cache:\n  store: /mnt/etude\n')!;
  expect(value).toEqual({ cache: { store: '/mnt/etude', write: false } });
  expect(problem(['cache', 'store'], 'is not there')).toEqual({
    ...{ place: 'etude.yaml', line: 2, column: 10 },
    message: 'is not there',
  });
});

it('tells every problem with its place', () => {
  expect(() => read('cache:\n  stroe: a\n  write: maybe\ncash: 1\n')).toThrow(
    [
      'etude.yaml:1:1: cache.store: a value is missing: expected string',
      'etude.yaml:3:10: expected boolean, found "maybe"',
      'etude.yaml:2:3: unknown key "stroe"; did you mean "store"?',
      'etude.yaml:4:1: unknown key "cash"; did you mean "cache"?',
    ].join('\n'),
  );
  expect(() => read('cache: [\n')).toThrow(/^etude\.yaml:2:1: /);
});
