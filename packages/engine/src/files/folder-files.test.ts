import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { filesInFolder } from './folder-files.js';

it.skipIf(process.platform === 'win32')('finds each file once, under its own name, whatever links lead to it', () => {
  const root = mkdtempSync(join(tmpdir(), 'etude-folder-'));
  mkdirSync(join(root, 'tunes'));
  writeFileSync(join(root, 'tunes', 'b.mid'), '');
  symlinkSync(join(root, 'tunes', 'b.mid'), join(root, 'a.mid'));
  symlinkSync(join(root, 'tunes'), join(root, 'again'));
  const skipped: string[] = [];
  const files = filesInFolder(root, ['mid'], { root, skipped: (path) => skipped.push(path) });
  expect(files.map(({ path }) => basename(path))).toEqual(['b.mid']);
  expect(skipped).toEqual([]);
});
