import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './setup/workspace.mjs';

const NOT_OURS = new Set(['node_modules', 'dist', 'artifacts', 'corpora']);

/** Paths of all documents, relative to the workspace. */
function documents(folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return documents(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const withoutCode = (text) => text.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`\n]*`/g, '');

/** Anchors of a document's headings, as GitHub makes them. */
function anchors(path) {
  const headings = readFileSync(join(root, path), 'utf8').match(/^#+ .*$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

for (const path of documents()) {
  it(`links of ${path} lead somewhere`, () => {
    const links = [...withoutCode(readFileSync(join(root, path), 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)];
    for (const [, link] of links) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file, anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      expect(statSync(join(root, target), { throwIfNoEntry: false }), `${path}: ${link}`).toBeDefined();
      if (anchor !== undefined) expect(anchors(target), `${path}: ${link}`).toContain(anchor);
    }
  });
}

it('README.md can be read in a few minutes', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(120);
});
