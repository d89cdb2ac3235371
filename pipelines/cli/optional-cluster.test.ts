import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isBuiltFromItsSources } from './optional-cluster.js';

const folder = mkdtempSync(join(tmpdir(), 'etude-sources-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what was built from other sources is built again', () => {
  expect(isBuiltFromItsSources(folder)).toBe(false);
  // printf a | sha256sum
  const digest = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb';
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist', 'sources.json'), JSON.stringify({ 'a.ts': digest }));
  expect(isBuiltFromItsSources(folder)).toBe(false);
  writeFileSync(join(folder, 'a.ts'), 'a');
  expect(isBuiltFromItsSources(folder)).toBe(true);
  writeFileSync(join(folder, 'a.ts'), 'b');
  expect(isBuiltFromItsSources(folder)).toBe(false);
});
