// Writes what is generated from the stages' schemas: node pipelines/dist/write-reference.js
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generated-files.js';

const root = new URL('../../', import.meta.url);
for (const [path, content] of Object.entries(generatedFiles())) {
  const file = new URL(path, root);
  mkdirSync(fileURLToPath(new URL('.', file)), { recursive: true });
  writeFileSync(file, content);
  console.log(path);
}
