import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from './generated-files.js';

const root = new URL('../', import.meta.url);

describe('what is generated from the stages', () => {
  it.each(Object.entries(generatedFiles()))('is current: %s (else: npm run reference)', (path, content) => {
    expect(readFileSync(new URL(path, root), 'utf8')).toBe(content);
  });
});

it.each(
  ['experiments', 'pipelines'].flatMap((folder) =>
    readdirSync(new URL(folder, root))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => [`${folder}/${name}`, folder.slice(0, -1)]),
  ),
)('%s names its schema in its first line', (path, kind) => {
  const [first] = readFileSync(new URL(path, root), 'utf8').split('\n');
  expect(first).toBe(`# yaml-language-server: $schema=../schemas/${kind}.schema.json`);
});
